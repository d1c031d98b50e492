import * as z from 'zod/mini';
import { imageAt, tagIn } from './images.ts';
import { announced, checkShape, deliveryOf, ignored, parseJson, person, timeIn, word } from './payload.ts';
import { pathWithin } from './repository-path.ts';
import type { Source } from './source.ts';

/** Every event of its webhooks has the node that it is from. */
const eventShape = z.object({ nodeId: word, action: z.optional(word), component: z.optional(z.unknown()) });
const componentShape = z.object({
  timestamp: z.optional(z.unknown()),
  repositoryName: word,
  // The user, and the address
  initiator: z.optional(z.unknown()),
  component: z.object({ format: word, name: word, version: z.nullish(z.string()) }),
});

/** `admin/127.0.0.1` is admin. */
const userOf = (initiator: unknown): unknown =>
  typeof initiator === 'string' ? initiator.replace(/\/[^/]*$/, '') : undefined;

/**
 * Sonatype Nexus Repository, capability "Webhook: Repository" with the event type "component": HMAC-SHA1 over the raw body. Nothing
 * in the payload says by which host the image is pulled, nor its digest: the registry is asked.
 * https://help.sonatype.com/en/example-headers-and-payloads.html
 */
export const nexus: Source = {
  name: 'nexus',
  needs: ['secret'],
  requires: ['host'],
  takes: ['path', 'images'],
  proofs: () => [{ type: 'hmac', header: 'x-nexus-webhook-signature', algorithm: 'sha1' }],
  parse: (request, { host = '', path = '' }) => {
    const body = parseJson(request.body);
    const { action = '', component: changed } = checkShape(eventShape, body);
    if (action === 'DELETED' || action === 'PURGED') return ignored('tag-deleted', 'something was deleted');
    if (changed === undefined) return ignored('event-not-used', 'only events of components are used');
    if (action !== 'CREATED' && action !== 'UPDATED')
      return ignored('event-not-used', 'only components that are created or updated are used');
    const { timestamp, repositoryName, initiator, component } = checkShape(componentShape, body);
    if (component.format !== 'docker')
      return ignored('not-an-image', `a component of the format ${component.format} is no image`);
    const image = imageAt(host, pathWithin(path, repositoryName, component.name));
    if (image === undefined) return ignored('not-an-image', `${component.name} is not the name of an image`);
    const tag = tagIn(component.version);
    if (tag === undefined) return ignored('no-tag', `${image} was pushed without a tag`);
    return announced({
      type: 'image-pushed',
      source: 'nexus',
      delivery: deliveryOf(request, 'x-nexus-webhook-delivery'),
      image,
      tag,
      digest: undefined,
      actor: person(userOf(initiator)),
      pushedAt: timeIn(timestamp),
    });
  },
};
