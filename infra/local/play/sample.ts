import type { AppConfig, EnvironmentConfig, TagPolicy } from '../../../lib/config/types.ts';
import { TagboatError } from '../../../lib/errors.ts';
import { type ImageReference, isTag, parseImage } from '../../../lib/image.ts';
import { imageTagOf } from '../../../lib/release/model/image-tag.ts';
import { admits } from '../../../lib/release/model/tag-policy.ts';
import { schemeOf, stepBack, type TagScheme } from '../../../lib/release/model/tag-scheme.ts';
import type { Synced } from '../gitops/gitops.ts';
import type { Stack } from '../stack/types.ts';
import { announces } from '../webhooks/webhook.ts';
import { openSource, type ShellRequest, webhookRequest } from './hook.ts';
import { imagePush } from './push-image.ts';
import { listReleases, nextTag, tagsOf } from './target.ts';

/** Where nothing was ever released; the first that the policy lets through. */
const firstTags = ['v0.0.1', '0.0.1', 'v1.0.0', '1.0.0', 'main-0000001', 'latest'];

/** What is asked of the stack. */
type Asking = Pick<Stack, 'url' | 'config' | 'secrets' | 'unseal' | 'stateDirectory'>;

/** A release of an app to try: the tag, and the hook that asks for it. */
export type Sample = {
  readonly app: string;
  readonly image: ImageReference;
  /** The tag that stands in the config repo. */
  readonly current: string | undefined;
  /** Of the image. */
  readonly tag: string;
  /** What the hook names: the tag of the image, or a Git tag. */
  readonly named: string;
  /** `a webhook of github, signed as it signs` */
  readonly kind: string;
  readonly hook: ShellRequest;
};

/**
 * For every app a hook that releases something under the user's own tagboat.yml: the next tag, from a source that the app
 * listens to. Apps for which there is no such source, or no tag that the policy lets through comes to mind, are left out.
 * @param synced what stands in the config repos
 */
export const sampleReleases = async (
  stack: Asking,
  synced: readonly Synced[],
): Promise<readonly Sample[]> => {
  const samples: Sample[] = [];
  for (const [app, config] of Object.entries(stack.config.apps))
    for (const [environmentName, environment] of Object.entries(config.environments)) {
      const current = tagIn(synced, app, environmentName);
      const { imageTag } = schemeOf({ app: config, environment });
      const sample = await sampleTag(stack, { app, environmentName, environment, imageTag, current });
      if (sample === undefined) continue;
      const image = parseImage(config.image);
      const hook = await hookFor(stack, config, { environment, image, tag: sample.named });
      if (hook === undefined) continue;
      samples.push({ app, image, current, ...sample, ...hook });
      break;
    }
  return samples;
};

const tagIn = (synced: readonly Synced[], app: string, environmentName: string): string | undefined => {
  const found = synced.find(({ target }) => target.app === app && target.environmentName === environmentName);
  return found?.type === 'applied' || found?.type === 'left-alone' ? found.tag : undefined;
};

const sampleTag = async (
  stack: Asking,
  about: {
    readonly app: string;
    readonly environmentName: string;
    readonly environment: EnvironmentConfig;
    /** The template, where Git tags trigger. */
    readonly imageTag: string | undefined;
    readonly current: string | undefined;
  },
): Promise<Pick<Sample, 'tag' | 'named'> | undefined> => {
  const { app, environmentName, environment, imageTag, current } = about;
  const { tags } = environment;
  const { good, tried } = tagsOf(await listReleases(stack, { app, environment: environmentName }));
  const others = [
    ...firstTags.map((first) => nextTag([current, ...good], tried, first)),
    ...neighboursOf(current),
  ];
  // A tag that moves is released again, by its digest.
  const moved = environment.pin === 'digest' && current !== undefined ? [current] : [];
  const scheme: TagScheme = { policy: tags, imageTag };
  const isStepBack = (tag: string): boolean =>
    current !== undefined && stepBack(scheme, tag, current) !== undefined;
  const imageOf = (named: string): string | undefined =>
    imageTag === undefined ? named : imageTagOf(imageTag, tags, named);
  return [...others, ...others.map((one) => prefixOf(tags) + one), ...moved]
    .filter((named) => admits(tags, named))
    .flatMap((named) => ({ named, tag: imageOf(named) ?? '' }))
    .find(
      ({ tag }) =>
        isTag(tag) && (moved.includes(tag) || (tag !== current && !tried.includes(tag) && !isStepBack(tag))),
    );
};

/** What a pattern wants before anything else, as in a monorepo: `app@`. */
const prefixOf = (tags: TagPolicy): string =>
  'pattern' in tags ? (/^[\w@/-]*(?![*+?{|])/.exec(tags.pattern)?.[0] ?? '') : '';

/**
 * Where tags are no versions: the same with a higher number at the end, `build-9` → `build-10`; where that is not admitted, with
 * another last digit, `main-1a2b3c9` → `main-1a2b3c0`.
 */
const neighboursOf = (current: string | undefined): readonly string[] => {
  const [, start = '', number, end = ''] = /^(.*?)(\d{1,15})(\D*)$/.exec(current ?? '') ?? [];
  if (number === undefined) return [];
  const steps = Array.from({ length: 9 }, (_, more) => more + 1);
  const higher = steps.map((step) => String(Number(number) + step).padStart(number.length, '0'));
  const before = start + number.slice(0, -1);
  return [
    ...higher.map((one) => `${start}${one}${end}`),
    ...steps.map((step) => `${before}${(Number(number.slice(-1)) + step) % 10}${end}`),
  ];
};

type Asked = {
  readonly environment: EnvironmentConfig;
  readonly image: ImageReference;
  readonly tag: string;
};

const hookFor = async (
  stack: Asking,
  { repository, image: name }: AppConfig,
  { environment, image, tag }: Asked,
): Promise<Pick<Sample, 'kind' | 'hook'> | undefined> => {
  const isTag = environment.on === 'tag-push';
  const digest = isTag ? undefined : imagePush(stack, image.path, tag).digest;
  const announcement = isTag ? { repository, tag } : { image: name, tag, digest };
  const wanted = isTag ? 'tag-pushed' : 'image-pushed';
  if (isTag && repository === undefined) return undefined;
  for (const [source, config] of Object.entries(stack.config.sources)) {
    if (announces({ name: source, config }) !== wanted) continue;
    try {
      const hook = webhookRequest(stack.url, await openSource(source, stack), announcement);
      return { kind: `a webhook of ${source}, signed as it signs`, hook };
    } catch (error) {
      // Of another host
      if (!(error instanceof TagboatError) || error.code !== 'payload-invalid') throw error;
    }
  }
  return undefined;
};
