import { awsAttempts } from './aws-options.ts';
import type { Clock } from './clock.ts';

/** What one call to AWS may take; the SDK's clients take it as the options of `send`. */
type CallBounds = {
  /** Of one attempt, in milliseconds. */
  readonly requestTimeout: number;
  /** Ends the call with all its attempts. */
  readonly abortSignal: AbortSignal;
};

/** How long the invocation under way still runs, so that a call to AWS neither outlasts it nor gives up long before. */
export type TimeLeft = {
  /**
   * Says that an invocation has begun that may run so many milliseconds. On Lambda one runs at a time; where several share
   * a process, the one that ends last counts.
   * @param keepMs of it, for what is done where the other calls have failed: only calls that say `isLast` may take it
   */
  begin(milliseconds: number, keepMs?: number): void;
  /**
   * @param options `signal` ends the call as well; `share`, in (0, 1], of what is left is what all attempts may take;
   *   `isLast`: the invocation makes no call after it
   */
  forCall(options?: {
    readonly signal?: AbortSignal | undefined;
    readonly share?: number;
    readonly isLast?: boolean;
  }): CallBounds;
};

/** Kept at the end of the invocation for answering that the call failed. */
const reserveMs = 500;
/** Outside an invocation, as in the command line. */
const withoutInvocationMs = 30_000;
const shortestMs = 200;
/** A connection that died while the function was frozen is given up after so long, and the call tried on a new one. */
const longestAttemptMs = 10_000;

/**
 * Bounds for the calls to AWS within an invocation: three attempts fit into what is left of it.
 * @param options `patient`: for the local stack, where several invocations share a process, and where one attempt may take
 *   all of the time, as a slow answer on a loopback address means a busy machine and not a lost connection
 */
export const createTimeLeft = (clock: Clock, options: { readonly patient?: boolean } = {}): TimeLeft => {
  let end: number | undefined;
  let kept = 0;
  return {
    begin: (milliseconds, keepMs = 0) => {
      kept = keepMs;
      const ends = clock.now() + milliseconds;
      end = options.patient === true ? Math.max(end ?? 0, ends) : ends;
    },
    forCall: ({ signal, share = 1, isLast = false } = {}) => {
      const left = end === undefined ? withoutInvocationMs : end - clock.now() - (isLast ? 0 : kept);
      const wanted = Math.max(shortestMs, Math.round(share * (left - reserveMs)));
      const callMs = Math.max(1, Math.min(left, wanted));
      const over = AbortSignal.timeout(callMs);
      return {
        requestTimeout:
          options.patient === true
            ? callMs
            : Math.min(callMs, longestAttemptMs, Math.max(shortestMs, callMs / awsAttempts)),
        abortSignal: signal === undefined ? over : AbortSignal.any([signal, over]),
      };
    },
  };
};
