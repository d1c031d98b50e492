import * as z from 'zod/mini';
import {
  type Ignored,
  type IgnoredReason,
  type ImagePushed,
  type Parsed,
  unnamedDelivery,
} from '../event.ts';
import type { RawRequest } from '../http.ts';
import { digestIn, eachOnce, imageAt, tagIn } from './images.ts';
import { checkShape, parseJson, person, timeIn, word } from './payload.ts';

/** One event of a notification of CNCF Distribution, as far as it is used. Others notify in the same words. */
export const notificationEvent = z.object({
  id: z.optional(word),
  timestamp: z.optional(z.unknown()),
  action: word,
  target: z.object({
    repository: z.optional(word),
    tag: z.optional(z.string()),
    digest: z.optional(z.string()),
  }),
  request: z.optional(z.object({ host: z.optional(z.string()) })),
  actor: z.optional(z.object({ name: z.optional(z.unknown()) })),
});

type NotificationEvent = z.output<typeof notificationEvent>;

/** What an event announces, or why nothing. */
export const readNotification = (
  { id, timestamp, action, target, request, actor }: NotificationEvent,
  source: string,
  configuredHost: string | undefined,
): ImagePushed | IgnoredReason => {
  if (action !== 'push') return 'not-a-push';
  if (target.tag === undefined || target.tag === '') return 'no-tag';
  const image = imageAt(configuredHost ?? request?.host ?? '', target.repository ?? '');
  const tag = tagIn(target.tag);
  if (tag === undefined || image === undefined) return 'not-an-image';
  return {
    type: 'image-pushed',
    source,
    delivery: id ?? unnamedDelivery,
    image,
    tag,
    digest: digestIn(target.digest),
    actor: person(actor?.name),
    pushedAt: timeIn(timestamp),
  };
};

// The registry sends a payload again until it is taken, and nothing else meanwhile. So one event that makes no sense is
// set aside, and only a payload that is no notification at all is refused.
// 1 MiB holds fewer real events than this. Not `maxLength`: it also compares the `length` of what is no list, of any type.
const payloadShape = z.object({
  events: z.array(z.unknown()).check(z.refine((events) => events.length <= 5000)),
});

const explain: Readonly<Partial<Record<IgnoredReason, (count: number) => string>>> = {
  'not-a-push': (count) => `${count} of the events are pulls, mounts or deletions`,
  'no-tag': (count) => `${count} of the events are of blobs or manifests without a tag`,
  'not-an-image': (count) => `${count} of the events name no image (set \`host\` if the registry knows none)`,
};

/** One line per reason, not one per blob. */
const summarise = (reasons: readonly IgnoredReason[]): readonly Ignored[] =>
  [...new Set(reasons)].map((reason) => {
    const count = reasons.filter((other) => other === reason).length;
    return { reason, message: explain[reason]?.(count) ?? reason };
  });

/**
 * Every event of a notification of CNCF Distribution.
 * https://distribution.github.io/distribution/about/notifications/
 * @param source the name of the source that it came to
 * @param host in image references, where it is not the one that the registry was asked by
 * @throws TagboatError `payload-not-json`, `payload-invalid`
 */
export const parseNotification = (request: RawRequest, source: string, host: string | undefined): Parsed => {
  const { events } = checkShape(payloadShape, parseJson(request.body));
  const outcomes = events.map((value) => {
    const checked = z.safeParse(notificationEvent, value);
    return checked.success ? readNotification(checked.data, source, host) : 'not-an-image';
  });
  return {
    events: eachOnce(outcomes.filter((outcome) => typeof outcome !== 'string')),
    ignored: summarise(outcomes.filter((outcome) => typeof outcome === 'string')),
  };
};
