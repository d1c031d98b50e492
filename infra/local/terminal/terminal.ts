import { createStyle, type Style } from './style.ts';

/** As much of a stream as is needed: standard output, or a test's. */
type Output = {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
};

export type Terminal = {
  readonly style: Style;
  /** A person looks at it: progress may be redrawn in place. */
  readonly interactive: boolean;
  /** Characters of a line. */
  readonly columns: number;
  /** Writes a line that stays. */
  line(text?: string): void;
  /** Shows a line at the bottom that the next one takes the place of; nothing where it is not interactive. */
  status(text: string): void;
  /** Takes the bottom line away. */
  clearStatus(): void;
};

const eraseLine = '\r\u001b[2K';

/**
 * Where a person reads what happens. Plain lines where it is no terminal, and no colours where `NO_COLOR` is set
 * (https://no-color.org) or the terminal is dumb.
 */
export const createTerminal = (
  output: Output,
  env: Readonly<Record<string, string | undefined>> = {},
): Terminal => {
  const interactive = output.isTTY === true && env.TERM !== 'dumb';
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0';
  const colours = (env.NO_COLOR ?? '') === '' && (interactive || forced);
  let bottom = '';
  const columns = output.columns ?? 80;
  return {
    style: createStyle(colours),
    interactive,
    columns,
    line: (text = '') => {
      output.write(bottom === '' ? `${text}\n` : `${eraseLine}${text}\n${bottom}`);
    },
    status: (text) => {
      if (!interactive) return;
      bottom = text;
      output.write(`${eraseLine}${text}`);
    },
    clearStatus: () => {
      if (bottom !== '') output.write(eraseLine);
      bottom = '';
    },
  };
};
