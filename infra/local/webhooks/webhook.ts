import { createHash, randomUUID } from 'node:crypto';
import type { SourceConfig } from '../../../lib/config/types.ts';
import { TagboatError } from '../../../lib/errors.ts';
import type { SourceEvent } from '../../../lib/event.ts';
import { sources } from '../../../lib/sources/catalog.ts';
import type { Source } from '../../../lib/sources/source.ts';
import { type Announcement, retarget } from './retarget.ts';
import { type Sample, samplesOf } from './sample.ts';
import { bodyOf, type SenderSecrets, type SignedWebhook, signSample } from './sign.ts';

/** A source as tagboat.yml has it. */
export type ConfiguredSource = {
  /** In the path of the webhook. */
  readonly name: string;
  readonly config: SourceConfig;
  readonly secrets: SenderSecrets;
};

/** The code and the samples behind a source; undefined where it has no webhooks that could be sent. */
const findSource = ({ name, config }: Pick<ConfiguredSource, 'name' | 'config'>) => {
  const type = config.type ?? name;
  const source = Object.hasOwn(sources, type) ? sources[type] : undefined;
  if (source === undefined || source.proofs(config).length === 0) return undefined;
  const [sample] = samplesOf(type);
  return sample === undefined ? undefined : { source, sample };
};

/** Whether a source announces Git tags or images; undefined where nothing of it can be sent. */
export const announces = (
  configured: Pick<ConfiguredSource, 'name' | 'config'>,
): SourceEvent['type'] | undefined => findSource(configured)?.sample.events[0]?.type;

const says = (event: SourceEvent | undefined, { image, repository, tag }: Announcement): boolean =>
  event?.tag === tag &&
  (event.type === 'image-pushed' ? event.image === image : event.repository === repository);

/** What a source makes of a sample, or of one that it does not understand: nothing. */
const parsedBy = (source: Source, sample: Sample, config: SourceConfig): readonly SourceEvent[] => {
  const { headers } = sample;
  try {
    return source.parse(
      { method: 'POST', path: '/', query: {}, headers, body: Buffer.from(bodyOf(sample)) },
      config,
    ).events;
  } catch (error) {
    if (error instanceof TagboatError) return [];
    throw error;
  }
};

/**
 * The webhook with which the sender of a source would announce that, signed as it would be.
 * @throws TagboatError `payload-invalid` where its sample cannot be made to say so: a registry whose host is another one
 */
export const webhookFor = (configured: ConfiguredSource, announcement: Announcement): SignedWebhook => {
  const found = findSource(configured);
  if (found === undefined)
    throw new TagboatError('source-unknown', `the source ${configured.name} receives no webhooks`);
  const { source, sample } = found;
  const { repository = '', tag } = announcement;
  const wanted: Announcement = {
    delivery: randomUUID(),
    revision: createHash('sha1').update(`${repository} ${tag}`).digest('hex'),
    ...announcement,
  };
  const retargeted = retarget(sample, wanted);
  // Its configuration is that of tagboat.yml, which the sample knows nothing of
  const [event] = parsedBy(source, retargeted, configured.config);
  if (!says(event, wanted)) {
    const what = announcement.image ?? announcement.repository;
    throw new TagboatError(
      'payload-invalid',
      `a webhook of ${source.name} cannot announce ${what}:${tag}; what is the \`host\` of the source in tagboat.yml?`,
    );
  }
  return signSample(retargeted, source, configured.secrets, configured.config);
};
