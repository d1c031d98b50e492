import type { TagOrder, TagPolicy } from '../../config/types.ts';
import { imageTagOf, originOf, possibleGitTags } from './image-tag.ts';
import { looksLower } from './looks-lower.ts';
import { orders } from './tag-order.ts';
import { comparedPart, orderOf } from './tag-version.ts';
import type { Target } from './target.ts';

/** How the tags of an app in an environment are given: what is admitted, what is older, and what a Git tag calls its image. */
export type TagScheme = {
  readonly policy: TagPolicy;
  /** The template of the app, where Git tags trigger. */
  readonly imageTag?: string | undefined;
};

export const schemeOf = ({ app, environment }: Pick<Target, 'app' | 'environment'>): TagScheme => ({
  policy: environment.tags,
  imageTag: environment.on === 'tag-push' ? app.imageTag : undefined,
});

/**
 * The versions that the tag of an image may have and the order can read: several, where `{tag}` hides which of the `-` were
 * something else in the Git tag. Of the readings with the fewest of these.
 */
const versionsIn = (
  order: TagOrder,
  { policy, imageTag: template }: TagScheme,
  tag: string,
): readonly string[] => {
  const readable = (versions: readonly (string | undefined)[]): readonly string[] =>
    [...new Set(versions.flatMap((one) => one ?? []))].filter((one) => orders[order](one, one) !== undefined);
  if (template === undefined) return readable([comparedPart(policy, tag)]);
  const origin = originOf(template, tag);
  if (origin?.tag === undefined) return readable([origin?.version]);
  // With both in it, where the one ends and the other begins is a guess until it comes out the same.
  for (const gitTags of possibleGitTags(origin.tag, policy)) {
    const versions = readable(
      gitTags.map((one) => {
        const version = comparedPart(policy, one);
        return version !== undefined && imageTagOf(template, policy, one) === tag ? version : undefined;
      }),
    );
    if (versions.length > 0) return versions;
  }
  return [];
};

/** The template may have changed what the pattern is about, and what it was is not known. */
const isHidden = (order: TagOrder, scheme: TagScheme, tag: string): boolean =>
  'pattern' in scheme.policy &&
  scheme.imageTag !== undefined &&
  originOf(scheme.imageTag, tag)?.tag?.includes('-') === true &&
  versionsIn(order, scheme, tag).length !== 1;

/**
 * What it would be to go from one tag of the image to another: `older` where the order says so; `unclear` where the tag looks
 * lower, and no order says what that means, or where the template hides a version from the order; undefined where nothing speaks
 * against it.
 */
export const stepBack = (scheme: TagScheme, tag: string, from: string): 'older' | 'unclear' | undefined => {
  const order = orderOf(scheme.policy);
  if (order === 'time') return undefined;
  const compared = order === undefined ? undefined : compare(order, scheme, tag, from);
  if (compared !== undefined) return compared < 0 ? 'older' : undefined;
  const isUnknown =
    order !== undefined && tag !== from && [tag, from].some((one) => isHidden(order, scheme, one));
  return isUnknown || looksLower(tag, from) ? 'unclear' : undefined;
};

/** Undefined also where it depends on which versions they have. */
const compare = (order: TagOrder, scheme: TagScheme, tag: string, other: string): number | undefined => {
  const others = versionsIn(order, scheme, other);
  const signs = versionsIn(order, scheme, tag).flatMap((one) =>
    others.flatMap((two) => {
      const compared = orders[order](one, two);
      return compared === undefined ? [] : Math.sign(compared);
    }),
  );
  return new Set(signs).size === 1 ? signs[0] : undefined;
};

/** Whether `tag` is older than `than`, both of the image: known only where the order can tell. */
export const isOlder = (scheme: TagScheme, tag: string, than: string): boolean =>
  stepBack(scheme, tag, than) === 'older';

/** Whether there is an order between the two, or looks to be one. */
export const isOrdered = (scheme: TagScheme, one: string, other: string): boolean =>
  stepBack(scheme, one, other) !== undefined || stepBack(scheme, other, one) !== undefined;
