import * as z from 'zod/mini';
import { type Ignored, type IgnoredReason, type ImagePushed, unnamedDelivery } from '../event.ts';
import { isDigest, isTag, tryParseImage } from '../image.ts';
import { checkShape, parseJson, person, word } from './payload.ts';
import type { Source } from './source.ts';

// The registry sends a payload again until it is taken, and nothing else meanwhile. So one event that makes no sense is
// set aside, and only a payload that is no notification at all is refused.
const eventShape = z.object({
  id: z.optional(word),
  action: word,
  target: z.object({
    repository: z.optional(word),
    tag: z.optional(z.string()),
    digest: z.optional(z.string()),
  }),
  request: z.optional(z.object({ host: z.optional(z.string()) })),
  actor: z.optional(z.object({ name: z.optional(z.unknown()) })),
});
// 1 MiB holds fewer real events than this. Not `maxLength`: it also compares the `length` of what is no list, of any type.
const payloadShape = z.object({
  events: z.array(z.unknown()).check(z.refine((events) => events.length <= 5000)),
});

type Outcome = ImagePushed | IgnoredReason;

const readEvent = (value: unknown, configuredHost: string | undefined): Outcome => {
  const checked = z.safeParse(eventShape, value);
  if (!checked.success) return 'not-an-image';
  const { id, action, target, request, actor } = checked.data;
  if (action !== 'push') return 'not-a-push';
  if (target.tag === undefined || target.tag === '') return 'no-tag';
  const host = configuredHost ?? request?.host ?? '';
  const image = tryParseImage(`${host}/${target.repository ?? ''}`);
  if (!isTag(target.tag) || image === undefined || image.tag !== undefined || image.digest !== undefined)
    return 'not-an-image';
  // A host without dot or port would read as the first part of a path on Docker Hub
  const isHub = /^(?:[a-z0-9-]+\.)?docker\.io$/i.test(host);
  if (image.host !== (isHub ? 'docker.io' : host.toLowerCase())) return 'not-an-image';
  return {
    type: 'image-pushed',
    source: 'distribution',
    delivery: id ?? unnamedDelivery,
    image: image.name,
    tag: target.tag,
    digest: target.digest !== undefined && isDigest(target.digest) ? target.digest : undefined,
    actor: person(actor?.name),
  };
};

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

const withoutDuplicates = (events: readonly ImagePushed[]): readonly ImagePushed[] => {
  const first = new Map<string, ImagePushed>();
  for (const event of events) {
    const key = `${event.image}:${event.tag}@${event.digest ?? ''}`;
    if (!first.has(key)) first.set(key, event);
  }
  return [...first.values()];
};

/**
 * CNCF Distribution (`registry:2`, `registry:3`) and what notifies like it. It signs nothing, but sends the headers its
 * operator configured: `Authorization` must be the secret, as it stands or behind `Bearer `.
 * https://distribution.github.io/distribution/about/notifications/
 */
export const distribution: Source = {
  name: 'distribution',
  needs: ['secret'],
  takes: ['host', 'images'],
  proofs: () => [{ type: 'token', header: 'authorization', schemes: ['Bearer '] }],
  parse: (request, config) => {
    const { events } = checkShape(payloadShape, parseJson(request.body));
    const outcomes = events.map((event) => readEvent(event, config.host));
    return {
      events: withoutDuplicates(outcomes.filter((outcome) => typeof outcome !== 'string')),
      ignored: summarise(outcomes.filter((outcome) => typeof outcome === 'string')),
    };
  },
};
