import type { LogFields } from '../../../lib/logger.ts';
import { printableLine } from '../../../lib/printable.ts';
import { redact } from '../../../lib/redact.ts';

/** A chain of causes is as long as this at most. */
const depth = 5;

/** What was logged, with the error's own words and those of its causes, on one line, credentials masked. */
export const explain = (message: string, fields: LogFields): string => {
  const { error, message: described, reason } = fields;
  const reasons = error instanceof Error ? chain(error) : [error ?? described ?? reason].filter(isText);
  return redact(printableLine([message, ...reasons].join(': ').replaceAll(/\s*\n\s*/g, ' ')));
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The messages of an error and its causes; what is said already is not said again. */
const chain = (error: Error): readonly string[] => {
  const messages: string[] = [];
  let cause: unknown = error;
  for (let level = 0; cause instanceof Error && level < depth; level += 1) {
    const { message } = cause;
    if (message !== '' && !messages.some((known) => known.includes(message))) messages.push(message);
    cause = cause.cause;
  }
  return messages;
};
