import { createStyle, type Style } from '../../../terminal/style.ts';
import { type DateOptions, formatDate } from './dates.ts';

export type MrkdwnOptions = DateOptions & { readonly style?: Style };

/** Those that our messages use; a terminal has narrower signs for them. */
export const emoji: Readonly<Record<string, readonly [sign: string, paint?: keyof Style]>> = {
  white_check_mark: ['✓', 'green'],
  x: ['✗', 'red'],
  no_entry_sign: ['✗', 'red'],
  warning: ['!', 'yellow'],
  leftwards_arrow_with_hook: ['↩', 'yellow'],
  fast_forward: ['»', 'yellow'],
  rocket: ['…', 'cyan'],
  hourglass_flowing_sand: ['…', 'cyan'],
  inbox_tray: ['…', 'cyan'],
  pencil2: ['…', 'cyan'],
  arrow_forward: ['▸', 'cyan'],
  double_vertical_bar: ['‖', 'yellow'],
  information_source: ['i', 'cyan'],
  anchor: ['⚓'],
  lock: ['■', 'yellow'],
  unlock: ['□', 'green'],
  raised_hand: ['‖', 'yellow'],
  alarm_clock: ['!', 'yellow'],
};

/** Slack escapes three characters: https://docs.slack.dev/messaging/formatting-message-text#escaping */
const readable = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** What stands between `<` and `>`: a date, a user, a channel or a link. */
const reference = (inside: string, options: MrkdwnOptions): string => {
  const [, seconds, tokens, fallback] = /^!date\^(\d+)\^([^^|]+)(?:\^[^|]*)?\|(.*)$/s.exec(inside) ?? [];
  if (seconds !== undefined && tokens !== undefined) {
    const at = Number(seconds);
    return Number.isSafeInteger(at) && at < 8.64e12 ? formatDate(at, tokens, options) : (fallback ?? '');
  }
  const [target = '', label] = inside.split('|');
  if (/^[@#!]/.test(target)) return label === undefined ? target.replace(/^!/, '@') : `${target[0]}${label}`;
  return label === undefined || label === target ? target : `${label} (${target})`;
};

const codes = /(```[\s\S]*?```|`[^`\n]+`)/;

/**
 * A text of a message as a terminal shows it: bold and code by their style alone, links with their address behind them,
 * dates in the reader's zone. https://docs.slack.dev/messaging/formatting-message-text
 */
export const fromMrkdwn = (text: string, options: MrkdwnOptions): string => {
  const style = options.style ?? createStyle(false);
  const prose = (part: string): string =>
    part
      .replace(/<([^<>]+)>/g, (_, inside: string) => reference(inside, options))
      .replace(/:([a-z0-9_]+):/g, (whole, name: string) => {
        const [sign, paint] = emoji[name] ?? [whole];
        return paint === undefined ? sign : style[paint](sign);
      })
      .replace(
        /(^|[\s(])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?=$|[\s.,:;!?)])/g,
        (_, before: string, bold: string) => {
          return `${before}${style.bold(bold)}`;
        },
      );
  const code = (part: string): string =>
    part.startsWith('```')
      ? part
          .slice(3, -3)
          .replace(/^\n|\n$/g, '')
          .split('\n')
          .map((line) => style.dim(`  ${line}`))
          .join('\n')
      : style.cyan(part.slice(1, -1));
  return readable(
    text
      .split(codes)
      .map((part, index) => (index % 2 === 1 ? code(part) : prose(part)))
      .join(''),
  );
};
