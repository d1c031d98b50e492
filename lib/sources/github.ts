import { Webhooks } from '@octokit/webhooks';
import type { WebhookEventDefinition } from '@octokit/webhooks/types';
import * as z from 'zod/mini';
import { TagboatError } from '../errors.ts';
import type { Parsed } from '../event.ts';
import type { RawRequest } from '../http.ts';
import { parsePackage } from './github-package.ts';
import {
  announced,
  checkShape,
  deliveryOf,
  exactText,
  ignored,
  objectId,
  parseJson,
  word,
} from './payload.ts';
import type { Claim } from './proof.ts';
import { isNoObject, tagOfRef } from './repository.ts';
import type { Source } from './source.ts';

// What is read of the payloads, and what tells each from every other event: the signature is over the body alone, so that
// the event in the header is anybody's word (a `delete` has all that is read of a `create`). GitHub adds fields at any
// time. The types at the end hold it to octokit's.
const common = {
  repository: z.object({ full_name: word, html_url: z.url() }),
  sender: z.optional(z.object({ login: word })),
};
/** Nearly all events have an `action`; of those that are used, only `release`. */
const withoutAction = { action: z.optional(z.undefined()) };
const pingPayload = z.object({ zen: z.string(), hook_id: z.number(), ...withoutAction });
const pushPayload = z.object({
  ...common,
  ...withoutAction,
  ref: word,
  before: objectId,
  after: objectId,
  created: z.boolean(),
  deleted: z.boolean(),
  head_commit: z.nullish(z.object({ id: objectId })),
});
const createPayload = z.object({
  ...common,
  ...withoutAction,
  ref: word,
  ref_type: word,
  master_branch: word,
  description: z.nullable(z.string()),
  pusher_type: word,
});
// Gitea and Forgejo send GitHub's headers as well, and of their events only a release looks the same, but for its `node_id`.
const releasePayload = z.object({
  ...common,
  action: word,
  release: z.object({ tag_name: word, node_id: word }),
});

type Common = z.output<z.ZodMiniObject<typeof common>>;

const tagPushed = (request: RawRequest, payload: Common, tag: string, revision: string | undefined): Parsed =>
  announced({
    type: 'tag-pushed',
    source: github.name,
    delivery: deliveryOf(request, 'x-github-delivery'),
    // From html_url and not a constant: GitHub Enterprise has hosts of its own
    repository: `${new URL(payload.repository.html_url).host}/${payload.repository.full_name}`.toLowerCase(),
    tag,
    revision,
    actor: payload.sender?.login,
  });

type Events = Readonly<Record<string, (request: RawRequest, body: unknown) => Parsed>>;

/** What GitHub sends when a hook is made, and on demand. */
export const ping = (_request: RawRequest, body: unknown): Parsed => {
  checkShape(pingPayload, body);
  return ignored('ping', 'pong');
};

const events: Events = {
  ping,
  push: (request, body) => {
    const payload = checkShape(pushPayload, body);
    const tag = tagOfRef(payload.ref);
    if (tag === undefined) return ignored('not-a-tag', `${payload.ref} is not a tag`);
    if (payload.deleted || isNoObject(payload.after))
      return ignored('tag-deleted', `the tag ${tag} was deleted`);
    // `after` is the tag object where the tag is annotated; head_commit is always the commit
    return tagPushed(request, payload, tag, payload.head_commit?.id);
  },
  create: (request, body) => {
    const payload = checkShape(createPayload, body);
    return payload.ref_type === 'tag'
      ? tagPushed(request, payload, payload.ref, undefined)
      : ignored('not-a-tag', `a ${payload.ref_type} was created, not a tag`);
  },
  release: (request, body) => {
    const payload = checkShape(releasePayload, body);
    return payload.action === 'published'
      ? tagPushed(request, payload, payload.release.tag_name, undefined)
      : ignored('event-not-used', `release ${payload.action} is not used`);
  },
  // One webhook for tags and images is what is set up most easily; that of a source `ghcr` is for images alone
  package: (request, body) => parsePackage('package', request, body, 'github'),
  registry_package: (request, body) => parsePackage('registry_package', request, body, 'github'),
};

/** Its name is not signed; only what looks like one is repeated. */
const eventNamed = (name: string): string =>
  /^[a-z_]{1,60}$/.test(name) ? `the event ${name}` : 'an event of an unknown name';

/**
 * The JSON of a body, which GitHub wraps in a form of one field where the hook's content type says so. The body itself says
 * which it is: the header is not signed, and read as a form, a JSON text may have a field `payload` in somebody's words.
 */
const payloadText = ({ body }: RawRequest): string | undefined => {
  const text = exactText(body);
  if (text?.startsWith('payload=') !== true) return text;
  const fields = [...new URLSearchParams(text)];
  return fields.length === 1 ? fields[0]?.[1] : undefined;
};

/**
 * octokit compares in constant time, but takes text. Exact text stands for its bytes one to one; what is not UTF-8, or empty,
 * GitHub never sends, and neither reaches the comparison.
 * @throws TagboatError `signature-missing`, `signature-wrong`
 */
export const verifySignature = async ({ request, secrets: { secret } }: Claim): Promise<void> => {
  const signature = request.headers['x-hub-signature-256'];
  if (signature === undefined || signature === '')
    throw new TagboatError('signature-missing', 'the header X-Hub-Signature-256 is missing');
  const text = exactText(request.body);
  const genuine =
    text !== undefined &&
    text !== '' &&
    secret !== undefined &&
    secret !== '' &&
    (await new Webhooks({ secret }).verify(text, signature));
  if (!genuine)
    throw new TagboatError('signature-wrong', 'X-Hub-Signature-256 does not match body and secret');
};

/**
 * What a delivery of GitHub says, by the event that its header names.
 * @throws TagboatError `payload-not-json`, `payload-invalid`: the payload is not one of that event, too
 */
export const parseDelivery = (request: RawRequest, known: Events): Parsed => {
  const name = request.headers['x-github-event'];
  if (name === undefined) throw new TagboatError('payload-invalid', 'the header X-GitHub-Event is missing');
  const body = parseJson(payloadText(request));
  const parse = Object.hasOwn(known, name) ? known[name] : undefined;
  return parse === undefined
    ? ignored('event-not-used', `${eventNamed(name)} is not used`)
    : parse(request, body);
};

/**
 * GitHub and GitHub Enterprise: HMAC-SHA256 over the raw body in `X-Hub-Signature-256`.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads
 */
export const github: Source = {
  name: 'github',
  needs: ['secret'],
  takes: ['repositories', 'images', 'redelivery'],
  proofs: () => [{ type: 'hmac', header: 'x-hub-signature-256', algorithm: 'sha256', prefix: 'sha256=' }],
  verify: verifySignature,
  parse: (request) => parseDelivery(request, events),
};

/** Compile-time only: what octokit says GitHub sends is accepted by the schema it stands beside. */
type Accepts<Schema extends z.ZodMiniType, Payload extends z.input<Schema>> = Payload;
export type GithubPayloads = {
  push: Accepts<typeof pushPayload, WebhookEventDefinition<'push'>>;
  create: Accepts<typeof createPayload, WebhookEventDefinition<'create'>>;
  release: Accepts<typeof releasePayload, WebhookEventDefinition<'release-published'>>;
};
