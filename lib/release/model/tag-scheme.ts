import type { TagOrder, TagPolicy } from '../../config/types.ts';
import { imageTagOf, originOf } from './image-tag.ts';
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

/** The version in the tag of an image; undefined where it cannot be told. */
const versionIn = ({ policy, imageTag: template }: TagScheme, tag: string): string | undefined => {
  if (template === undefined) return comparedPart(policy, tag);
  const origin = originOf(template, tag);
  if (origin === undefined) return undefined;
  if (origin.tag === undefined) return origin.version;
  // With both in it, where the one ends and the other begins is a guess until it comes out the same.
  return imageTagOf(template, policy, origin.tag) === tag ? comparedPart(policy, origin.tag) : undefined;
};

/**
 * What it would be to go from one tag of the image to another: `older` where the order says so; `unclear` where the tag looks
 * lower, and no order says what that means; undefined where nothing speaks against it.
 */
export const stepBack = (scheme: TagScheme, tag: string, from: string): 'older' | 'unclear' | undefined => {
  const order = orderOf(scheme.policy);
  if (order === 'time') return undefined;
  const compared = order === undefined ? undefined : compare(order, scheme, tag, from);
  if (compared !== undefined) return compared < 0 ? 'older' : undefined;
  return looksLower(tag, from) ? 'unclear' : undefined;
};

const compare = (order: TagOrder, scheme: TagScheme, tag: string, other: string): number | undefined => {
  const [one, two] = [versionIn(scheme, tag), versionIn(scheme, other)];
  return one === undefined || two === undefined ? undefined : orders[order](one, two);
};

/** Whether `tag` is older than `than`, both of the image: known only where the order can tell. */
export const isOlder = (scheme: TagScheme, tag: string, than: string): boolean =>
  stepBack(scheme, tag, than) === 'older';

/** Whether there is an order between the two, or looks to be one. */
export const isOrdered = (scheme: TagScheme, one: string, other: string): boolean =>
  stepBack(scheme, one, other) !== undefined || stepBack(scheme, other, one) !== undefined;
