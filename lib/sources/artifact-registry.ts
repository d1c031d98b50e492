import * as z from 'zod/mini';
import type { ImagePushed, Parsed } from '../event.ts';
import { unnamedDelivery } from '../event.ts';
import type { RawRequest } from '../http.ts';
import { tryParseImage } from '../image.ts';
import { jsonOrUndefined } from '../json.ts';
import { announced, deliveryOf, exactText, ignored, timeIn } from './payload.ts';
import type { Source } from './source.ts';

/** A push of Pub/Sub. https://cloud.google.com/pubsub/docs/push#receive_push */
const pushShape = z.object({
  message: z.object({
    data: z.optional(z.string()),
    messageId: z.optional(z.string()),
    publishTime: z.optional(z.unknown()),
  }),
  subscription: z.string(),
});
/** What Artifact Registry publishes, in base64 within it. Both are whole references. */
const changeShape = z.object({
  action: z.string(),
  digest: z.optional(z.string()),
  tag: z.optional(z.string()),
});

const jsonIn = (bytes: Uint8Array): unknown => {
  const text = exactText(bytes);
  return text === undefined ? undefined : jsonOrUndefined(text);
};

/**
 * The message that is pushed, and its id. A subscription may push it without its envelope, and may have its id in a header then:
 * https://cloud.google.com/pubsub/docs/payload-unwrapping
 */
const messageIn = (
  request: RawRequest,
): Pick<ImagePushed, 'delivery' | 'pushedAt'> & { readonly content: unknown } => {
  const pushed = jsonIn(request.body);
  const { data: envelope } = z.safeParse(pushShape, pushed);
  if (envelope === undefined)
    return {
      content: pushed,
      delivery: deliveryOf(request, 'x-goog-pubsub-message-id'),
      pushedAt: timeIn(request.headers['x-goog-pubsub-publish-time']),
    };
  const { data = '', messageId = '', publishTime } = envelope.message;
  return {
    content: jsonIn(Buffer.from(data, 'base64')),
    delivery: /^[\w-]{1,100}$/.test(messageId) ? messageId : unnamedDelivery,
    pushedAt: timeIn(publishTime),
  };
};

const readChange = (
  { action, tag = '', digest }: z.output<typeof changeShape>,
  of: Pick<ImagePushed, 'delivery' | 'pushedAt'>,
): Parsed => {
  if (action === 'DELETE') return ignored('tag-deleted', 'an image or a tag was deleted');
  if (action !== 'INSERT') return ignored('event-not-used', 'only what is inserted is used');
  if (tag === '') return ignored('no-tag', 'an image was pushed without a tag');
  const image = tryParseImage(tag);
  if (image?.tag === undefined) return ignored('not-an-image', 'the tag is not a reference of an image');
  const pushed = digest === undefined ? undefined : tryParseImage(digest);
  return announced({
    type: 'image-pushed',
    source: 'artifact-registry',
    ...of,
    image: image.name,
    tag: image.tag,
    digest: pushed?.name === image.name ? pushed.digest : undefined,
    actor: undefined,
  });
};

/**
 * Google Artifact Registry (and what of `gcr.io` it serves), which publishes to the topic `gcr` of Pub/Sub, by a push subscription
 * with authentication: Google's token says for whom it is, and by its address of which subscription. Pub/Sub sends again, for days,
 * whatever is not answered with 2xx; so of a genuine push nothing is refused, but set aside.
 * https://cloud.google.com/artifact-registry/docs/configure-notifications
 */
export const artifactRegistry: Source = {
  name: 'artifact-registry',
  needs: [],
  requires: ['audience', 'serviceAccount'],
  takes: ['images'],
  proofs: ({ audience = '', serviceAccount = '' }) => [
    {
      type: 'oidc',
      issuer: 'https://accounts.google.com',
      keysUrl: 'https://www.googleapis.com/oauth2/v3/certs',
      audience,
      email: serviceAccount,
    },
  ],
  parse: (request) => {
    const { content, delivery, pushedAt } = messageIn(request);
    const { data: change } = z.safeParse(changeShape, content);
    return change === undefined
      ? ignored('not-an-image', 'the message is not one of Artifact Registry')
      : readChange(change, { delivery, pushedAt });
  },
};
