import * as z from 'zod/mini';
import { type Ignored, type ImagePushed, type Parsed, unnamedDelivery } from '../event.ts';
import { digestIn, eachOnce, imageAt, tagIn } from './images.ts';
import { checkShape, ignored, parseJson, person, timeIn, word } from './payload.ts';
import type { Source } from './source.ts';

const resourceShape = z.object({
  digest: z.optional(z.string()),
  // Of an artifact without a tag, its digest
  tag: z.optional(z.string()),
  resource_url: z.optional(z.string()),
});
const eventDataShape = z.object({
  // Not `maxLength`: it also compares the `length` of what is no list, of any type
  resources: z.optional(z.array(resourceShape).check(z.refine((all) => all.length <= 1000))),
  repository: z.optional(z.object({ repo_full_name: z.optional(word) })),
});
type Resource = z.output<typeof resourceShape>;
type EventData = z.output<typeof eventDataShape>;

/** The format "Default". */
const defaultShape = z.object({
  // Seconds
  occur_at: z.optional(z.unknown()),
  operator: z.optional(z.unknown()),
  event_data: eventDataShape,
});
/** The format "CloudEvents", always structured: all of it is in the body. */
const cloudEventShape = z.object({
  id: word,
  time: z.optional(z.unknown()),
  operator: z.optional(z.unknown()),
  data: eventDataShape,
});

/** The names of its events in both formats; it has others, of scans, quotas, replication and retention. */
const pushes = new Set(['PUSH_ARTIFACT', 'harbor.artifact.pushed']);
const deletions = new Set(['DELETE_ARTIFACT', 'harbor.artifact.deleted']);

type Push = {
  readonly delivery: string;
  readonly pushedAt: number | undefined;
  readonly operator: unknown;
  readonly data: EventData;
};

const readEnvelope = (body: unknown): Push => {
  if (z.safeParse(z.object({ specversion: z.string() }), body).success) {
    const { id, time, operator, data } = checkShape(cloudEventShape, body);
    return { delivery: id, pushedAt: timeIn(time), operator, data };
  }
  const { occur_at: time, operator, event_data: data } = checkShape(defaultShape, body);
  return { delivery: unnamedDelivery, pushedAt: timeIn(time), operator, data };
};

/** `harbor.example.com/library/web:v1`, as of a reference; it may have a scheme. */
const imageOf = ({ resource_url: url = '' }: Resource, { repository }: EventData, host?: string) => {
  const reference = url
    .replace(/^https?:\/\//, '')
    .replace(/@.*$/, '')
    .replace(/:[^:/]*$/, '');
  const slash = reference.indexOf('/');
  const path = slash === -1 ? (repository?.repo_full_name ?? '') : reference.slice(slash + 1);
  return imageAt(host ?? reference.slice(0, Math.max(slash, 0)), path);
};

const readResource = (resource: Resource, push: Push, host?: string): ImagePushed | Ignored => {
  const image = imageOf(resource, push.data, host);
  if (image === undefined)
    return {
      reason: 'not-an-image',
      message: 'a resource names no image (set `host` if Harbor names another than references have)',
    };
  const tag = tagIn(resource.tag);
  if (tag === undefined) return { reason: 'no-tag', message: `${image} was pushed without a tag` };
  return {
    type: 'image-pushed',
    source: 'harbor',
    delivery: push.delivery,
    image,
    tag,
    digest: digestIn(resource.digest),
    actor: person(push.operator),
    pushedAt: push.pushedAt,
  };
};

const readPush = (push: Push, host?: string): Parsed => {
  const outcomes = (push.data.resources ?? []).map((resource) => readResource(resource, push, host));
  if (outcomes.length === 0) return ignored('not-an-image', 'the push names no resource');
  return {
    events: eachOnce(outcomes.filter((outcome) => 'type' in outcome)),
    ignored: outcomes.filter((outcome) => 'reason' in outcome),
  };
};

/**
 * Harbor, in both formats of its webhooks. It signs nothing, but sends its "Auth Header" as it was entered:
 * `Authorization` must be the secret, as it stands or behind `Bearer `.
 * https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/
 */
export const harbor: Source = {
  name: 'harbor',
  needs: ['secret'],
  takes: ['host', 'images'],
  proofs: () => [{ type: 'token', header: 'authorization', schemes: ['Bearer '] }],
  parse: (request, { host }) => {
    const body = parseJson(request.body);
    const { type } = checkShape(z.object({ type: word }), body);
    if (deletions.has(type)) return ignored('tag-deleted', 'an artifact was deleted');
    if (!pushes.has(type)) return ignored('event-not-used', `the event ${type} is not used`);
    return readPush(readEnvelope(body), host);
  },
};
