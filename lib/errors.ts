import type { Actor } from './actor.ts';
import { errorCatalogue } from './error-catalogue.ts';
import { safeText } from './safe-text.ts';

export type ErrorCode = keyof typeof errorCatalogue;

/** Where something is: a file of the config repo, or tagboat.yml. Lines and columns count from 1. */
export type Place = { readonly file: string; readonly line?: number; readonly column?: number };

type ErrorOptions = {
  readonly cause?: unknown;
  readonly at?: Place | undefined;
  /** Wait at least this long before the next attempt, in seconds (from a Retry-After header). */
  readonly retryAfterSeconds?: number | undefined;
  /** Who did what stands in the way. */
  readonly by?: Actor;
  /** Overrides the catalogue where the same code can be either (a 403 that says "slow down"). */
  readonly retry?: 'terminal' | 'retryable' | undefined;
};

/**
 * The one error type that leaves a public function on purpose. Its message is safe to show: credentials in URLs and
 * what looks like a token are masked when it is made, and control characters taken out. Any other error is a defect, and is not shown.
 */
export class TagboatError extends Error {
  override readonly name = 'TagboatError';
  readonly code: ErrorCode;
  readonly retry: 'terminal' | 'retryable';
  readonly at: Place | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly by: Actor | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    const place = options.at === undefined ? '' : `${formatPlace(options.at)}: `;
    super(safeText(place + message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry ?? errorCatalogue[code].retry;
    this.at = options.at;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.by = options.by;
  }

  /** What the person who reads this can do about it. */
  get next(): string {
    return errorCatalogue[this.code].next;
  }

  /** The HTTP status a caller sees. */
  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

/** `deployment/deployment.yml:19:18` */
export const formatPlace = (place: Place): string =>
  [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');

/** True where trying again later may help. What is not a `TagboatError` counts as retryable: a queue decides when to stop. */
export const isRetryable = (error: unknown): boolean =>
  !(error instanceof TagboatError) || error.retry === 'retryable';

/** A message that is safe to record and to show: a `TagboatError`'s own, and nothing of any other error but its kind. */
export const describeError = (error: unknown): { code: ErrorCode; message: string } =>
  error instanceof TagboatError
    ? { code: error.code, message: error.message }
    : { code: 'internal', message: 'an internal error; the logs have it under the id of this release' };
