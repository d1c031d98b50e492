import * as z from 'zod/mini';
import { announced, checkShape, deliveryOf, ignored, objectId, parseJson, person, word } from './payload.ts';
import { isNoObject, repositoryOf, tagOfRef } from './repository.ts';
import type { Source } from './source.ts';

const payloadShape = z.object({
  object_kind: word,
});
const tagPushShape = z.object({
  ref: word,
  before: objectId,
  after: objectId,
  checkout_sha: z.nullish(objectId),
  user_username: z.optional(z.unknown()),
  project: z.object({ web_url: z.url() }),
});

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
    const { object_kind: kind } = checkShape(payloadShape, body);
    if (kind === 'push') return ignored('not-a-tag', 'a branch was pushed, not a tag');
    if (kind !== 'tag_push') return ignored('event-not-used', `the event ${kind} is not used`);
    const payload = checkShape(tagPushShape, body);
    const tag = tagOfRef(payload.ref);
    if (tag === undefined) return ignored('not-a-tag', `${payload.ref} is not a tag`);
    if (isNoObject(payload.after)) return ignored('tag-deleted', `the tag ${tag} was deleted`);
    return announced({
      type: 'tag-pushed',
      source: 'gitlab',
      delivery: deliveryOf(request, 'x-gitlab-event-uuid'),
      repository: repositoryOf(payload.project.web_url),
      tag,
      // `after` is the tag object where the tag is annotated; checkout_sha is always the commit
      revision: payload.checkout_sha ?? undefined,
      actor: person(payload.user_username),
    });
  },
};
