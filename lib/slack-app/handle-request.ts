import type { Clock } from '../clock.ts';
import { isRetryable, TagboatError } from '../errors.ts';
import type { RawRequest } from '../http.ts';
import { verifyRotated } from '../rotated-secret.ts';
import { notReceived, received, type SlackMessage, tryAgain } from '../slack/messages.ts';
import { verifySlackRequest } from '../slack/verify.ts';
import { readRequest } from './read-request.ts';
import type { RequestContext } from './slack-context.ts';

/** A request that arrives too late is given so much all the same, in milliseconds. */
const atLeastMs = 800;
/** By which part of the time the request has to be verified, for which KMS opens the signing secret. */
const secretShare = 0.6;
/** The same for what is known of a replay; without it, the worker refuses one. */
const replayShare = 0.25;
/** By which the queue has to have the job; the rest is for withdrawing it. */
const queueShare = 0.85;

/**
 * Takes a request of Slack's: verifies it, puts it on the queue and acknowledges it, before the deadline. Nothing is carried
 * out here. Where KMS or the queue does not answer in time, the user is told to try again; a job that the queue may have
 * taken all the same is withdrawn first, so that trying again does nothing twice.
 *
 * @param receivedAt milliseconds since 1970
 * @param deadline milliseconds since 1970
 * @returns what to answer with; nothing for a button
 * @throws TagboatError `signature-…`, `payload-invalid`, `request-replayed`; `kms-denied`, `secret-…`; for a button, whose only
 *   answer is its status, `kms-unreachable` and `queue-unreachable`
 */
export const handleRequest = async (
  request: RawRequest,
  receivedAt: number,
  deadline: number,
  context: RequestContext,
): Promise<SlackMessage | undefined> => {
  const { clock, logger } = context;
  const timers = new AbortController();
  const start = clock.now();
  const budget = Math.max(deadline - start, atLeastMs);
  /** What the promise comes to by that part of the time; undefined where it fails, or has not settled by then. */
  const within = <T>(share: number, promise: Promise<T>): Promise<T | undefined> => {
    const settled = promise.catch((error: unknown) => {
      logger.warn('a request of Slack is held up', { error });
      return undefined;
    });
    return Promise.race([settled, sleep(start + share * budget - clock.now(), clock, timers.signal)]);
  };
  try {
    const secrets = { current: context.signingSecret, previous: context.previousSigningSecret };
    const proof = await within(
      secretShare,
      unlessTerminal(verifyRotated(secrets, (secret) => verifySlackRequest(request, secret, receivedAt))),
    );
    if (proof === undefined) return failed(request, 'kms-unreachable', 'KMS did not answer in time');
    if (proof.type === 'refused') throw proof.error;
    if (proof.value === 'previous') logger.info('request of Slack verified', { provenBy: proof.value });
    const read = readRequest(request, receivedAt, context);
    if (read.type === 'answer') return read.message;
    if ((await within(replayShare, context.requests.isKnown(read.job.id))) === true)
      throw new TagboatError('request-replayed', 'this very request of Slack was received before');
    const { job, words } = read;
    const isQueued = await within(
      queueShare,
      context.enqueue(job, timers.signal).then(() => true),
    );
    // Undefined where the table does not say either: the worker may or may not have it.
    const isWithdrawn = isQueued === true ? false : await within(1, context.requests.withdraw(job));
    if (isWithdrawn === false) return job.button === undefined ? received({ words }) : undefined;
    return isWithdrawn === true
      ? failed(request, 'queue-unreachable', 'the queue did not take the button in time')
      : failed(request, 'queue-unreachable', 'neither queue nor table answered in time', notReceived());
  } finally {
    timers.abort();
  }
};

/** What can never be proven, as with a secret that does not open, is an error of its own, and no matter of time. */
const unlessTerminal = <T>(promise: Promise<T>) =>
  promise.then(
    (value) => ({ type: 'known', value }) as const,
    (error: unknown) => {
      if (isRetryable(error)) throw error;
      return { type: 'refused', error } as const;
    },
  );

const sleep = async (ms: number, clock: Clock, signal: AbortSignal): Promise<undefined> => {
  await clock.sleep(Math.max(0, ms), signal).catch(() => undefined);
  return undefined;
};

/** An answer in the response is shown to the user of a command; at a button, Slack shows only that something went wrong. */
const failed = (
  { path }: RawRequest,
  code: 'kms-unreachable' | 'queue-unreachable',
  problem: string,
  message = tryAgain(),
): SlackMessage => {
  if (path.endsWith('/interactions')) throw new TagboatError(code, problem);
  return message;
};
