import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorCode, TagboatError } from '../errors.ts';
import { retryAfterSeconds } from '../http/retry-after.ts';

const codeOf = (status: number, slowDown: boolean): ErrorCode => {
  if (status === 429 || status === 408 || status >= 500 || (status === 403 && slowDown))
    return 'git-unreachable';
  // 203 with a page that asks to sign in is what Azure DevOps answers to a token that it does not accept
  if (status === 203 || status === 401 || status === 403 || status === 407) return 'git-denied';
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
  return new TagboatError(code, `the Git server answered ${status}${said === '' ? '' : `: ${said}`}`, {
    retryAfterSeconds: wait,
    retry: code === 'git-protocol' ? 'terminal' : undefined,
  });
};
