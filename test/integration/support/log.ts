import { refusedByRole } from '../../../infra/local/runtime/iam/role.ts';
import type { LogFields, Logger } from '../../../lib/logger.ts';
import { redact } from '../../../lib/redact.ts';
import { scannedLogger } from '../../support/scanned-log.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';
type Line = {
  readonly at: Date;
  readonly level: Level;
  readonly message: string;
  readonly fields: LogFields;
};

/** Of a log longer than so many lines, the warnings and errors come first, and then only its end. */
const readable = 100;

/** JSON makes `{}` of an Error. */
const plainErrors = (_key: string, value: unknown): unknown =>
  value instanceof Error ? { message: value.message, stack: value.stack, cause: value.cause } : value;

const show = ({ at, level, message, fields }: Line): string =>
  redact(`${at.toISOString()} ${level} ${message} ${JSON.stringify(fields, plainErrors)}`);

/**
 * What a stack logs, kept for the test that fails, and scanned.
 * @param listener what else is told of every message
 */
export const keepLog = (listener?: Logger) => {
  const lines: Line[] = [];
  const scanned = scannedLogger(listener);
  const keep =
    (level: Level) =>
    (message: string, fields: LogFields = {}): void => {
      lines.push({ at: new Date(), level, message, fields });
      scanned[level](message, fields);
    };
  const logger: Logger = {
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
  };
  return {
    logger,
    length: () => lines.length,
    /** Throws where a function tried what its role in serverless.yml does not allow. */
    assertAllowed: (): void => {
      const refused = lines.filter(({ message }) => message === refusedByRole);
      if (refused.length > 0) throw new Error(`refused by IAM:\n${refused.map(show).join('\n')}`);
    },
    /** Puts it where a person finds it, from a line on. */
    print: (from = 0): void => {
      const all = lines.slice(from);
      const bad = all.filter(({ level }) => level === 'warn' || level === 'error');
      const parts =
        all.length <= readable
          ? [`the log of the stack, ${all.length} lines:`, ...all.map(show)]
          : [
              `warnings and errors of the stack, ${bad.length} lines:`,
              ...bad.map(show),
              `the end of its log of ${all.length} lines:`,
              ...all.slice(-readable).map(show),
            ];
      process.stderr.write(`${parts.join('\n')}\n`);
    },
  };
};

export type KeptLog = ReturnType<typeof keepLog>;
