import * as z from 'zod/mini';
import { TagboatError } from '../../errors.ts';
import type { Queues } from '../../queues/queues.ts';
import type { ReleaseKey, ReleaseState } from '../model/release.ts';

/**
 * What travels through the queues. Nudges only: everything a step needs to know is in the record, so that a message can
 * be lost, doubled, or late.
 */
const key = { app: z.string(), environment: z.string(), release: z.string() };

const schemas = {
  /** This group has work. */
  releases: z.object({ v: z.literal(1), type: z.literal('work'), group: z.string() }),
  /** Watch this rollout. `round` counts the invocations so far. */
  rollouts: z.object({ v: z.literal(1), type: z.literal('watch'), ...key, round: z.number() }),
  /** Ask for this image; or pass a nudge on, later than a FIFO queue can. */
  images: z.union([
    z.object({ v: z.literal(1), type: z.literal('look'), ...key, round: z.number() }),
    z.object({
      v: z.literal(1),
      type: z.literal('work-later'),
      group: z.string(),
      deduplication: z.string(),
    }),
  ]),
  /** Tell people that this release reached this state. */
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

/** The nudges, by what they ask for. */
export type Nudges = {
  /** @param occasion makes the message differ from earlier ones, which SQS would otherwise drop for five minutes */
  work(group: string, occasion: string): Promise<void>;
  workLater(group: string, occasion: string, delaySeconds: number): Promise<void>;
  look(key: ReleaseKey, round: number, delaySeconds: number): Promise<void>;
  watch(key: ReleaseKey, round: number, delaySeconds: number): Promise<void>;
  tell(key: ReleaseKey, state: ReleaseState): Promise<void>;
};

export const createNudges = (queues: Queues): Nudges => ({
  work: (group, occasion) =>
    queues.send('releases', { v: 1, type: 'work', group }, { group, deduplication: occasion }),
  workLater: (group, occasion, delaySeconds) =>
    queues.send('images', { v: 1, type: 'work-later', group, deduplication: occasion }, { delaySeconds }),
  look: (release, round, delaySeconds) =>
    queues.send('images', { v: 1, type: 'look', ...bodyOf(release), round }, { delaySeconds }),
  watch: (release, round, delaySeconds) =>
    queues.send('rollouts', { v: 1, type: 'watch', ...bodyOf(release), round }, { delaySeconds }),
  tell: (release, state) => queues.send('notifications', { v: 1, type: 'state', ...bodyOf(release), state }),
});
