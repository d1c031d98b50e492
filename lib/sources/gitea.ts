import * as z from 'zod/mini';
import { TagboatError } from '../errors.ts';
import type { Parsed } from '../event.ts';
import type { RawRequest } from '../http.ts';
import { announced, checkShape, deliveryOf, ignored, objectId, parseJson, person, word } from './payload.ts';
import { isNoObject, repositoryOf, tagOfRef } from './repository.ts';
import type { Source } from './source.ts';

// What is read, and what tells each event from every other: the event in the header is not signed, and a `delete` has nearly
// all that is read of a `create`. https://github.com/go-gitea/gitea/blob/main/modules/structs/hook.go
const common = {
  repository: z.object({ html_url: z.url() }),
  sender: z.nullish(z.object({ login: z.optional(z.unknown()) })),
};
const withoutAction = { action: z.optional(z.undefined()) };
const pushPayload = z.object({
  ...common,
  ...withoutAction,
  ref: word,
  ref_type: z.optional(z.undefined()),
  before: objectId,
  after: objectId,
  head_commit: z.nullish(z.object({ id: objectId })),
});
const createPayload = z.object({
  ...common,
  ...withoutAction,
  ref: word,
  ref_type: word,
  sha: objectId,
  // Only a `delete` has one
  pusher_type: z.optional(z.undefined()),
});
const deletePayload = z.object({ ...common, ...withoutAction, ref: word, ref_type: word, pusher_type: word });
const releasePayload = z.object({ ...common, action: word, release: z.object({ tag_name: word }) });

type Common = z.output<z.ZodMiniObject<typeof common>>;
type TagPushed = (payload: Common, tag: string, revision?: string) => Parsed;

const events: Readonly<Record<string, (body: unknown, tagPushed: TagPushed) => Parsed>> = {
  push: (body, tagPushed) => {
    const payload = checkShape(pushPayload, body);
    const tag = tagOfRef(payload.ref);
    if (tag === undefined) return ignored('not-a-tag', `${payload.ref} is not a tag`);
    if (isNoObject(payload.after)) return ignored('tag-deleted', `the tag ${tag} was deleted`);
    // `after` is the tag object where the tag is annotated; head_commit is always the commit
    return tagPushed(payload, tag, payload.head_commit?.id);
  },
  create: (body, tagPushed) => {
    const payload = checkShape(createPayload, body);
    // `sha` is the tag object where the tag is annotated
    return payload.ref_type === 'tag'
      ? tagPushed(payload, payload.ref)
      : ignored('not-a-tag', `a ${payload.ref_type} was created, not a tag`);
  },
  delete: (body) => {
    const { ref, ref_type: type } = checkShape(deletePayload, body);
    return type === 'tag'
      ? ignored('tag-deleted', `the tag ${ref} was deleted`)
      : ignored('not-a-tag', `a ${type} was deleted, not a tag`);
  },
  release: (body, tagPushed) => {
    const { action, release, ...payload } = checkShape(releasePayload, body);
    return action === 'published'
      ? tagPushed(payload, release.tag_name)
      : ignored('event-not-used', `release ${action} is not used`);
  },
};

const parseEvent = (name: string, request: RawRequest): Parsed => {
  const event = request.headers[`x-${name}-event`];
  if (event === undefined) throw new TagboatError('payload-invalid', `the header x-${name}-event is missing`);
  const body = parseJson(request.body);
  const parse = Object.hasOwn(events, event) ? events[event] : undefined;
  if (parse === undefined) return ignored('event-not-used', 'events of this kind are not used');
  return parse(body, ({ repository, sender }, tag, revision) =>
    announced({
      type: 'tag-pushed',
      source: name,
      delivery: deliveryOf(request, `x-${name}-delivery`),
      repository: repositoryOf(repository.html_url),
      tag,
      revision,
      actor: person(sender?.login),
    }),
  );
};

/**
 * Gitea, or what has come of it and says the same in headers of its own name: HMAC-SHA256 over the JSON, in hex without a
 * prefix. It has to be sent as `application/json`: of a form, the signature is not over the body but over a field in it.
 */
export const giteaSource = (name: string): Source => ({
  name,
  needs: ['secret'],
  takes: ['repositories'],
  proofs: () => [{ type: 'hmac', header: `x-${name}-signature`, algorithm: 'sha256' }],
  parse: (request) => parseEvent(name, request),
});

/** https://docs.gitea.com/usage/webhooks */
export const gitea: Source = giteaSource('gitea');
