import * as z from 'zod/mini';
import { ecrHost } from '../ecr-registry.ts';
import { TagboatError } from '../errors.ts';
import type { Ignored, IgnoredReason, ImagePushed } from '../event.ts';
import { isDigest, isTag, tryParseImage } from '../image.ts';
import { timeIn, word } from './payload.ts';
import type { EventSource } from './source.ts';

const envelope = z.object({
  id: word,
  source: z.literal('aws.ecr'),
  'detail-type': z.string(),
  account: z.string().check(z.regex(/^\d{12}$/)),
  region: z.string().check(z.regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/)),
  time: z.optional(z.unknown()),
  detail: z.unknown(),
});
const imageAction = z.object({
  result: z.string(),
  'action-type': z.string(),
  'repository-name': z.string(),
  'image-tag': z.optional(z.string()),
  'image-digest': z.optional(z.string()),
});

type Envelope = z.infer<typeof envelope>;

const ignore = (reason: IgnoredReason, message: string): Ignored => ({ reason, message });

const readImage = ({ id, account, region, time, detail }: Envelope): ImagePushed | Ignored => {
  const checked = imageAction.safeParse(detail);
  if (!checked.success) return ignore('not-an-image', 'the event has no image as an ECR Image Action has');
  const {
    result,
    'action-type': action,
    'repository-name': repository,
    'image-tag': tag,
    'image-digest': digest,
  } = checked.data;
  if (action !== 'PUSH') return ignore('not-a-push', `the action is ${action.slice(0, 50)}, and no push`);
  if (result !== 'SUCCESS') return ignore('not-a-push', 'the push did not succeed');
  // Every platform of an index that is pushed is an event of its own, with no tag.
  if (tag === undefined || tag === '') return ignore('no-tag', 'the image was pushed without a tag');
  const image = tryParseImage(`${ecrHost(account, region)}/${repository}`);
  if (!isTag(tag) || image === undefined || image.tag !== undefined || image.digest !== undefined)
    return ignore('not-an-image', 'the event names no image');
  return {
    type: 'image-pushed',
    source: 'ecr',
    delivery: id,
    image: image.name,
    tag,
    digest: digest !== undefined && isDigest(digest) ? digest : undefined,
    actor: undefined,
    pushedAt: timeIn(time),
  };
};

/**
 * Amazon ECR, whose events come through EventBridge: nobody but AWS can send one as `aws.ecr`, and only accounts that the
 * policy of the event bus lets in can pass theirs on. Which of these count, tagboat.yml says. What a replication or a pull
 * through cache brings has no event of this kind, or is somebody else's push.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
 */
export const ecr: EventSource = {
  name: 'ecr',
  needs: [],
  requires: ['accounts'],
  takes: ['regions', 'images'],
  parse: (event, { accounts = [], regions }) => {
    const checked = envelope.safeParse(event);
    if (!checked.success) throw new TagboatError('payload-invalid', 'this is no event of Amazon ECR');
    const { account, region, 'detail-type': type } = checked.data;
    if (!accounts.includes(account))
      return {
        events: [],
        ignored: [ignore('not-of-this-source', `the account ${account} does not count here`)],
      };
    if (regions !== undefined && !regions.includes(region))
      return {
        events: [],
        ignored: [ignore('not-of-this-source', `the region ${region} does not count here`)],
      };
    if (type !== 'ECR Image Action')
      return {
        events: [],
        ignored: [ignore('event-not-used', 'only events of the type ECR Image Action are used')],
      };
    const read = readImage(checked.data);
    return 'type' in read ? { events: [read], ignored: [] } : { events: [], ignored: [read] };
  },
};
