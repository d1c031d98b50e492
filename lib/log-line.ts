import type { LogFields } from './logger.ts';
import { safeText } from './safe-text.ts';

/** Fields whose name says that their value is a secret, whatever it looks like: of a header, for example. */
const secretName = /(?:secret|password|passwd|token|authorization|cookie|signature|api[-_]?key)$/i;

/** For `JSON.stringify`: texts without credentials and control characters, whatever field they hide in. */
export const safeValue = (key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'string') return value;
  return secretName.test(key) ? '***' : safeText(value);
};

/** The same, and an Error with what it says, of which JSON makes `{}`. */
const withErrors = (key: string, value: unknown): unknown =>
  value instanceof Error
    ? { ...value, name: value.name, message: value.message, stack: value.stack, cause: value.cause }
    : safeValue(key, value);

/** One line of a log, as JSON. */
export const logLine = (fields: LogFields): string => JSON.stringify(fields, withErrors);
