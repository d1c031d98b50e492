import type { LogFields } from './logger.ts';
import { redact } from './redact.ts';
import { safeText } from './safe-text.ts';

/** For `JSON.stringify`: texts without credentials and control characters, whatever field they hide in. */
export const safeStrings = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? safeText(value) : value;

/** The same, and an Error with what it says, of which JSON makes `{}`. */
const safeValues = (key: string, value: unknown): unknown =>
  value instanceof Error
    ? { name: value.name, message: value.message, stack: value.stack, cause: value.cause }
    : safeStrings(key, value);

/** One line of a log, as JSON. Redacted as a whole once more: a field's name may say that its value is a secret. */
export const logLine = (fields: LogFields): string => redact(JSON.stringify(fields, safeValues));
