import * as z from 'zod/mini';
import { unnamedDelivery } from '../event.ts';
import { imageAt, tagIn } from './images.ts';
import { announced, checkShape, ignored, parseJson, person, word } from './payload.ts';
import { pathWithin } from './repository-path.ts';
import type { Source } from './source.ts';

const eventShape = z.object({ domain: word, event_type: word });
const pushShape = z.object({
  data: z.object({ repo_key: word, image_name: word, tag: word }),
  // `jfrog/` and who did it
  source: z.optional(z.unknown()),
});

/** What stands in the place of the tag for the manifest of a platform, which is pushed by its digest. */
const isDigestForTag = (tag: string): boolean => /^sha256(?:__|:)[0-9a-f]{64}$/.test(tag);

/**
 * JFrog Artifactory: the secret in `X-JFrog-Event-Auth`, or, where the payload is signed with it, the HMAC-SHA256 of that. Nothing
 * in the payload says by which host the image is pulled. Its `sha256` is that of the file that the manifest is kept in; that the
 * two are one is documented nowhere, so that the registry is asked.
 * https://jfrog.com/help/r/jfrog-platform-administration-documentation/domain-docker
 */
export const jfrog: Source = {
  name: 'jfrog',
  needs: ['secret'],
  requires: ['host'],
  takes: ['path', 'images'],
  proofs: () => [
    { type: 'hmac', header: 'x-jfrog-event-auth', algorithm: 'sha256' },
    { type: 'token', header: 'x-jfrog-event-auth' },
  ],
  parse: (request, { host = '', path = '{repository}' }) => {
    const body = parseJson(request.body);
    const { domain, event_type: type } = checkShape(eventShape, body);
    if (domain !== 'docker') return ignored('event-not-used', `events of the domain ${domain} are not used`);
    if (type === 'deleted') return ignored('tag-deleted', 'a tag was deleted');
    if (type !== 'pushed') return ignored('event-not-used', `the event ${type} is not used`);
    const { data, source } = checkShape(pushShape, body);
    const image = imageAt(host, pathWithin(path, data.repo_key, data.image_name));
    if (image === undefined) return ignored('not-an-image', `${data.image_name} is not the name of an image`);
    const tag = isDigestForTag(data.tag) ? undefined : tagIn(data.tag);
    if (tag === undefined) return ignored('no-tag', `${image} was pushed without a tag`);
    return announced({
      type: 'image-pushed',
      source: 'jfrog',
      delivery: unnamedDelivery,
      image,
      tag,
      digest: undefined,
      actor: person(typeof source === 'string' ? source.replace(/^jfrog\//, '') : undefined),
    });
  },
};
