import * as z from 'zod/mini';
import { TagboatError } from '../errors.ts';
import { unnamedDelivery } from '../event.ts';
import { isTag } from '../image.ts';
import { imageNamed } from './images.ts';
import { checkShape, ignored, parseJson, word } from './payload.ts';
import type { Source } from './source.ts';

const payloadShape = z.object({
  docker_url: word,
  // Only of pushes. The names of the tags; in an old form they are the keys of a map to the ids of their images.
  updated_tags: z.optional(z.union([z.array(z.string()), z.record(z.string(), z.unknown())])),
  pruned_image_count: z.optional(z.unknown()),
});

/** As many tags as one push can sensibly have. */
const maxTags = 1000;

/**
 * What "Test Notification" sends, in the name of the real repository: get_sample_data of RepoPushEvent in
 * https://github.com/quay/quay/blob/master/notifications/notificationevent.py
 */
const isTest = (tags: readonly string[], prunedImages: unknown): boolean =>
  prunedImages === 3 && tags.length === 2 && tags.includes('latest') && tags.includes('foo');

/**
 * Quay.io and Red Hat Quay, notification "Push to Repository", which signs nothing: the key is in the path, and since the payload
 * has no digest, the registry is asked.
 * https://docs.quay.io/guides/notifications.html
 */
export const quay: Source = {
  name: 'quay',
  needs: ['key'],
  takes: ['images'],
  proofs: () => [{ type: 'key' }],
  parse: (request) => {
    const payload = checkShape(payloadShape, parseJson(request.body));
    const image = imageNamed(payload.docker_url, 'docker_url');
    const { updated_tags: updated, pruned_image_count: prunedImages } = payload;
    if (updated === undefined) return ignored('event-not-used', 'only pushes to the repository are used');
    const tags = [...new Set(Array.isArray(updated) ? updated : Object.keys(updated))];
    if (tags.length > maxTags || !tags.every(isTag))
      throw new TagboatError('payload-invalid', '`updated_tags` holds something that is no tag');
    if (tags.length === 0) return ignored('no-tag', `${image} was pushed without a tag`);
    if (isTest(tags, prunedImages)) return ignored('ping', 'pong');
    return {
      events: tags.map((tag) => ({
        type: 'image-pushed',
        source: 'quay',
        delivery: unnamedDelivery,
        image,
        tag,
        digest: undefined,
        actor: undefined,
      })),
      ignored: [],
    };
  },
};
