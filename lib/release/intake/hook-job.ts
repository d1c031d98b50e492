import * as z from 'zod/mini';
import { TagboatError } from '../../errors.ts';
import type { SourceEvent } from '../../event.ts';
import { jsonOrUndefined } from '../../json.ts';
import type { Queues } from '../../queues/queues.ts';
import { settleAll } from '../../settle-all.ts';

/**
 * What a verified hook announces, on its way through the queue `hooks` to the hook worker. Other jobs name what is on
 * record; of this one nothing may be, so it has all of it, and neither a secret nor a header.
 */
export type HookJob = {
  /** As in tagboat.yml. */
  readonly source: string;
  /** What its sender was told in the answer. */
  readonly requestId: string;
  /** When the hook was received, in milliseconds since 1970. */
  readonly receivedAt: number;
  readonly events: readonly SourceEvent[];
};

const shared = {
  source: z.string(),
  delivery: z.string(),
  tag: z.string(),
  actor: z.optional(z.string()),
  pushedAt: z.optional(z.number()),
};
const tagPushed = z.object({
  type: z.literal('tag-pushed'),
  ...shared,
  repository: z.string(),
  revision: z.optional(z.string()),
  previous: z.optional(z.string()),
});
const imagePushed = z.object({
  type: z.literal('image-pushed'),
  ...shared,
  image: z.string(),
  digest: z.optional(z.string()),
});
const shape = z.object({
  v: z.literal(1),
  type: z.literal('intake'),
  source: z.string(),
  requestId: z.string(),
  receivedAt: z.number(),
  events: z.array(z.discriminatedUnion('type', [tagPushed, imagePushed])),
});

/** JSON leaves out what is undefined. */
const toEvent = (read: z.infer<typeof tagPushed> | z.infer<typeof imagePushed>): SourceEvent =>
  read.type === 'tag-pushed'
    ? { ...read, revision: read.revision, actor: read.actor }
    : { ...read, digest: read.digest, actor: read.actor };

/** Bytes of events in one message: well below what SQS takes, and what one invocation of the worker gets through. */
const maxBytes = 64 * 1024;

const inPieces = (events: readonly SourceEvent[]): readonly (readonly SourceEvent[])[] => {
  const pieces: SourceEvent[][] = [];
  let left = 0;
  for (const event of events) {
    const bytes = Buffer.byteLength(JSON.stringify(event));
    if (bytes > left) {
      pieces.push([]);
      left = maxBytes;
    }
    pieces.at(-1)?.push(event);
    left -= bytes;
  }
  return pieces;
};

/**
 * Sends a hook to the hook worker, a long one in several messages. Where one of them is not taken, the others may be.
 * @throws TagboatError `queue-unreachable`
 */
export const sendHookJobs = async (queues: Queues, { events, ...hook }: HookJob): Promise<void> => {
  await settleAll(
    inPieces(events).map((piece) =>
      queues.send('hooks', { v: 1, type: 'intake', ...hook, events: piece }, { isLast: true }),
    ),
  );
};

/**
 * @param body of an SQS record
 * @throws TagboatError `message-invalid`
 */
export const parseHookJob = (body: string): HookJob => {
  const result = shape.safeParse(jsonOrUndefined(body));
  if (!result.success) throw new TagboatError('message-invalid', 'a message on hooks has another shape');
  const { v: _v, type: _type, events, ...hook } = result.data;
  return { ...hook, events: events.map(toEvent) };
};
