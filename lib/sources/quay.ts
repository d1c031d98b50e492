import * as z from 'zod/mini';
import { TagboatError } from '../errors.ts';
import { unnamedDelivery } from '../event.ts';
import { isTag, tryParseImage } from '../image.ts';
import { checkShape, ignored, parseJson, word } from './payload.ts';
import type { Source } from './source.ts';

const payloadShape = z.object({
  docker_url: word,
  // The names of the tags; in an old form they are the keys of a map to the ids of their images.
  updated_tags: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]),
});

/** As many tags as one push can sensibly have. */
const maxTags = 1000;

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
    const image = tryParseImage(payload.docker_url);
    if (image === undefined || image.tag !== undefined || image.digest !== undefined)
      throw new TagboatError('payload-invalid', '`docker_url` is not the name of an image');
    const { updated_tags: updated } = payload;
    const tags = [...new Set(Array.isArray(updated) ? updated : Object.keys(updated))];
    if (tags.length > maxTags || !tags.every(isTag))
      throw new TagboatError('payload-invalid', '`updated_tags` holds something that is no tag');
    if (tags.length === 0) return ignored('no-tag', `${image.name} was pushed without a tag`);
    return {
      events: tags.map((tag) => ({
        type: 'image-pushed',
        source: 'quay',
        delivery: unnamedDelivery,
        image: image.name,
        tag,
        digest: undefined,
        actor: undefined,
      })),
      ignored: [],
    };
  },
};
