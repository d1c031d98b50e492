import * as z from 'zod/mini';
import { TagboatError } from '../errors.ts';
import { unnamedDelivery } from '../event.ts';
import { isTag } from '../image.ts';
import { imageNamed } from './images.ts';
import { announced, checkShape, ignored, parseJson, person, timeIn, word } from './payload.ts';
import type { Source } from './source.ts';

// `callback_url` is not called: it is not signed, so that a sender who has the key could name any URL.
const payloadShape = z.object({
  push_data: z.object({
    tag: z.nullish(z.string()),
    // Seconds; older hooks write them as a float
    pushed_at: z.optional(z.union([z.number(), word])),
    pusher: z.optional(z.unknown()),
  }),
  repository: z.object({ repo_name: word }),
});

/**
 * Docker Hub, which signs nothing: the secret is a segment of the hook's path. A sender who has it could name any image
 * and digest, so the digest is not taken from the payload; the registry is asked.
 * https://docs.docker.com/docker-hub/repos/manage/webhooks/
 */
export const dockerhub: Source = {
  name: 'dockerhub',
  needs: ['key'],
  takes: ['images'],
  proofs: () => [{ type: 'key' }],
  parse: (request) => {
    const { push_data: push, repository } = checkShape(payloadShape, parseJson(request.body));
    const image = imageNamed(`docker.io/${repository.repo_name}`, 'repository.repo_name');
    const tag = push.tag ?? '';
    if (tag === '') return ignored('no-tag', `${image} was pushed without a tag`);
    if (!isTag(tag)) throw new TagboatError('payload-invalid', '`push_data.tag` is not a tag');
    return announced({
      type: 'image-pushed',
      source: 'dockerhub',
      delivery: push.pushed_at === undefined ? unnamedDelivery : `dockerhub:${push.pushed_at}`,
      image,
      tag,
      digest: undefined,
      actor: person(push.pusher),
      pushedAt: timeIn(push.pushed_at),
    });
  },
};
