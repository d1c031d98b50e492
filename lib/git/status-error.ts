import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorCode, type ErrorOptions, TagboatError } from '../errors.ts';

/**
 * Seconds to wait, from a Retry-After header: a number of seconds, or a date (RFC 9110, section 10.2.3).
 * @param now milliseconds since 1970-01-01T00:00:00Z
 */
export const retryAfterSeconds = (header: string | undefined, now: number): number | undefined => {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
};

const codeOf = (status: number, slowDown: boolean): ErrorCode => {
  if (status === 429 || status === 408 || status >= 500 || (status === 403 && slowDown))
    return 'git-unreachable';
  if (status === 401 || status === 403 || status === 407) return 'git-denied';
  if (status === 404 || status === 410) return 'git-not-found';
  return 'git-protocol';
};

/**
 * The error an HTTP status means.
 * @param said the body's own words, already fit for a message
 * @param pushing a body too large for the server (413) is then a push it refuses
 */
export const statusError = (
  answer: { readonly status: number; readonly headers: IncomingHttpHeaders },
  said: string,
  options: { readonly now: number; readonly pushing: boolean },
): TagboatError => {
  const { status } = answer;
  const wait = retryAfterSeconds(answer.headers['retry-after'], options.now);
  const code = status === 413 && options.pushing ? 'git-push-refused' : codeOf(status, wait !== undefined);
  const details: ErrorOptions = wait === undefined ? {} : { retryAfterSeconds: wait };
  return new TagboatError(
    code,
    `the Git server answered ${status}${said === '' ? '' : `: ${said}`}`,
    code === 'git-protocol' && status < 500 ? { ...details, retry: 'terminal' } : details,
  );
};
