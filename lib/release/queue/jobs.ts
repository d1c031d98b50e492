import * as z from 'zod/mini';
import { TagboatError } from '../../errors.ts';
import type { Queues } from '../../queues/queues.ts';
import type { ReleaseState } from '../../view/release.ts';
import type { ReleaseKey } from '../model/release.ts';

/**
 * What the queues carry: jobs, each of which names a step and what it is for. Everything else the step reads from the
 * table, so a message may be lost, delivered twice, or late.
 */
const key = { app: z.string(), environment: z.string(), release: z.string() };

/** The type of a job, which messages of an earlier version call by the earlier name. */
const named = <T extends string>(type: T, earlier: string) =>
  z.pipe(
    z.enum([type, earlier]),
    z.transform((): T => type),
  );

const schemas = {
  /** Commit and deliver what waits in this lock group. */
  releases: z.object({ v: z.literal(1), type: named('process-queue', 'work'), group: z.string() }),
  /** Watch this rollout. `round` counts the invocations so far. */
  rollouts: z.object({ v: z.literal(1), type: named('watch-rollout', 'watch'), ...key, round: z.number() }),
  images: z.union([
    /** Ask the registry for this image. `round` counts the questions so far. */
    z.object({ v: z.literal(1), type: named('check-image', 'look'), ...key, round: z.number() }),
    /**
     * Send `process-queue` now. That job belongs in the releases queue, but a FIFO queue takes no delay for a single
     * message, so it waits in this one: image-poller has the permission to send it, and handles each message at once.
     * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
     */
    z.object({
      v: z.literal(1),
      type: named('delayed-process-queue', 'work-later'),
      group: z.string(),
      deduplication: z.string(),
    }),
  ]),
  /** Notify about this release, which reached this state. */
  notifications: z.object({ v: z.literal(1), type: z.literal('state'), ...key, state: z.string() }),
} as const;

/** The queues whose jobs are about releases. */
type ReleaseQueue = keyof typeof schemas;

export type Message<Q extends ReleaseQueue> = z.infer<(typeof schemas)[Q]>;

/**
 * @param body of an SQS record
 * @throws TagboatError `message-invalid`
 */
export const parseMessage = <Q extends ReleaseQueue>(queue: Q, body: string): Message<Q> => {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw new TagboatError('message-invalid', `a message on ${queue} is not JSON`, { cause: error });
  }
  const result = schemas[queue].safeParse(value);
  if (!result.success) throw new TagboatError('message-invalid', `a message on ${queue} has another shape`);
  return result.data as Message<Q>;
};

export const keyOf = (message: { app: string; environment: string; release: string }): ReleaseKey => ({
  app: message.app,
  environment: message.environment,
  id: message.release,
});

const bodyOf = ({ app, environment, id }: ReleaseKey) => ({ app, environment, release: id });

/** Sends the jobs, each by the name of its step. */
export type Jobs = {
  /** @param deduplication for five minutes SQS drops every message that has the same one */
  processQueue(group: string, deduplication: string): Promise<void>;
  processQueueLater(group: string, deduplication: string, delaySeconds: number): Promise<void>;
  checkImage(key: ReleaseKey, round: number, delaySeconds: number): Promise<void>;
  watchRollout(key: ReleaseKey, round: number, delaySeconds: number): Promise<void>;
  notify(key: ReleaseKey, state: ReleaseState): Promise<void>;
};

export const createJobs = (queues: Queues): Jobs => ({
  processQueue: (group, deduplication) =>
    queues.send('releases', { v: 1, type: 'process-queue', group }, { group, deduplication }),
  processQueueLater: (group, deduplication, delaySeconds) =>
    queues.send('images', { v: 1, type: 'delayed-process-queue', group, deduplication }, { delaySeconds }),
  checkImage: (release, round, delaySeconds) =>
    queues.send('images', { v: 1, type: 'check-image', ...bodyOf(release), round }, { delaySeconds }),
  watchRollout: (release, round, delaySeconds) =>
    queues.send('rollouts', { v: 1, type: 'watch-rollout', ...bodyOf(release), round }, { delaySeconds }),
  notify: (release, state) =>
    queues.send('notifications', { v: 1, type: 'state', ...bodyOf(release), state }),
});
