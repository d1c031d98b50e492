import * as z from 'zod/mini';
import { TagboatError } from '../errors.ts';
import type { Parsed } from '../event.ts';
import type { RawRequest } from '../http.ts';
import { announced, checkShape, deliveryOf, ignored, objectId, parseJson, person, word } from './payload.ts';
import { isNoObject, repositoryOf, tagOfRef } from './repository.ts';
import type { Source } from './source.ts';

// A system hook, which speaks for every project of the server, has the name of its event in another field.
const eventShape = z.object({ object_kind: z.optional(word), event_name: z.optional(word) });
const project = z.object({ web_url: z.url() });
const tagPushShape = z.object({
  ref: word,
  before: objectId,
  after: objectId,
  checkout_sha: z.nullish(objectId),
  user_username: z.optional(z.unknown()),
  project,
});
const releaseShape = z.object({
  action: word,
  tag: word,
  commit: z.nullish(z.object({ id: objectId })),
  project,
});

type Said = {
  readonly tag: string;
  readonly revision: string | undefined;
  readonly actor: string | undefined;
};

const tagPushed = (request: RawRequest, { web_url: url }: z.output<typeof project>, said: Said): Parsed =>
  announced({
    type: 'tag-pushed',
    source: 'gitlab',
    delivery: deliveryOf(request, 'x-gitlab-event-uuid'),
    repository: repositoryOf(url),
    ...said,
  });

const parseTagPush = (request: RawRequest, body: unknown): Parsed => {
  const payload = checkShape(tagPushShape, body);
  const tag = tagOfRef(payload.ref);
  if (tag === undefined) return ignored('not-a-tag', `${payload.ref} is not a tag`);
  if (isNoObject(payload.after)) return ignored('tag-deleted', `the tag ${tag} was deleted`);
  // `after` is the tag object where the tag is annotated; checkout_sha is always the commit
  const revision = payload.checkout_sha ?? undefined;
  return tagPushed(request, payload.project, { tag, revision, actor: person(payload.user_username) });
};

const parseRelease = (request: RawRequest, body: unknown): Parsed => {
  const { action, tag, commit, project: of } = checkShape(releaseShape, body);
  return action === 'create'
    ? tagPushed(request, of, { tag, revision: commit?.id, actor: undefined })
    : ignored('event-not-used', `release ${action} is not used`);
};

/**
 * GitLab, SaaS and self-managed: the secret token of the webhook in `X-Gitlab-Token`. The event is named in the body, where the
 * header beside it is anybody's word.
 * https://docs.gitlab.com/user/project/integrations/webhook_events/#tag-events
 */
export const gitlab: Source = {
  name: 'gitlab',
  needs: ['secret'],
  takes: ['repositories'],
  proofs: () => [{ type: 'token', header: 'x-gitlab-token' }],
  parse: (request) => {
    const body = parseJson(request.body);
    const { object_kind: kind, event_name: event } = checkShape(eventShape, body);
    const name = kind ?? event;
    if (name === undefined) throw new TagboatError('payload-invalid', '`object_kind` is missing');
    if (name === 'push') return ignored('not-a-tag', 'a branch was pushed, not a tag');
    if (name === 'tag_push') return parseTagPush(request, body);
    if (name === 'release') return parseRelease(request, body);
    return ignored('event-not-used', `the event ${name} is not used`);
  },
};
