import { originOf, possibleGitTags } from './image-tag.ts';
import { admits } from './tag-policy.ts';
import type { TagScheme } from './tag-scheme.ts';

/** A place of the manifests where the image stands, by the tag that it has there. */
export type Place = { readonly file: string; readonly line: number; readonly tag?: string | undefined };

/** Another app in the same files, with the same image. */
export type Sharer = {
  readonly app: string;
  readonly scheme: TagScheme;
  /** Whether a file is among its own. */
  matches(file: string): boolean;
};

/** Which of the places a release is about. */
export type Division<P extends Place> =
  | { readonly type: 'all' }
  /** The tags of its places, and the places of others. */
  | { readonly type: 'own'; readonly tags: ReadonlySet<string | undefined>; readonly others: readonly P[] }
  /** Nobody can tell. */
  | { readonly type: 'unclear'; readonly place: P; readonly message: string };

/** Whether a tag of the image may be one of those that are given like this. */
export const mayBeOf = ({ policy, imageTag: template }: TagScheme, tag: string): boolean => {
  if (template === undefined) return admits(policy, tag);
  const origin = originOf(template, tag);
  if (origin === undefined) return false;
  if (origin.tag !== undefined) {
    for (const gitTags of possibleGitTags(origin.tag, policy))
      if (gitTags.some((gitTag) => admits(policy, gitTag))) return true;
    return false;
  }
  return 'pattern' in policy || admits(policy, origin.version ?? '');
};

/** Words that say how far a version is, and not what is in it. */
const stages = /^(?:alpha|beta|rc|pre|preview|dev|snapshot|canary|nightly|next)$/i;

/** `develop` and `develop-chromium`, `1.2.3` and `1.2.3-alpine`: one and the same version with something else in it. */
const isVariantOf = (tag: string, of: string): boolean => {
  const suffix = tag.startsWith(of) ? tag.slice(of.length) : '';
  return /^(?:[-_.][A-Za-z]+)+$/.test(suffix) && !suffix.split(/[-_.]/).some((word) => stages.test(word));
};

/**
 * Tells the places of a release from those of another variant of its image, by their tags: its own are those that the policy
 * admits, or that have a tag which was released here (by hand, perhaps). Where all of them are, or none, they are all its own;
 * but not where one tag is plainly a variant of another, and not where another app has the same places. Pure.
 *
 * What a person asks for, and an undo, goes to every place where nothing speaks of variants: a tag that somebody committed by
 * hand is to go away then.
 * @param released tags that the environment's last releases have put there
 * @param hadOthers the release before it has left places to others
 */
export const dividePlaces = <P extends Place>(
  places: readonly P[],
  about: {
    readonly tag: string;
    readonly by: 'hook' | 'person' | 'undo';
    readonly scheme: TagScheme;
    readonly released: readonly string[];
    readonly hadOthers: boolean;
    readonly sharers: readonly Sharer[];
  },
): Division<P> => {
  const { by, scheme, released, sharers } = about;
  const shared = sharers.filter((one) => places.some(({ file }) => one.matches(file)));
  const tags = new Set(places.flatMap(({ tag }) => tag ?? []));
  if (tags.size < 2 && shared.length === 0) return { type: 'all' };
  const variant = variantPlace(places);
  const hasVariants = shared.length > 0 || about.hadOthers || variant !== undefined;
  if (by !== 'hook' && !hasVariants) return { type: 'all' };
  // A place without a tag says nothing of whose it is.
  const isOwn = (tag: string | undefined): boolean =>
    tag === undefined ? shared.length === 0 : released.includes(tag) || mayBeOf(scheme, tag);
  const own = places.filter(({ tag }) => isOwn(tag));
  const others = places.filter(({ tag }) => !isOwn(tag));
  const contested = by === 'undo' ? undefined : contestedPlace(own, about.tag, shared);
  if (contested !== undefined) return contested;
  const [first] = places;
  if (own.length === 0 && shared.length > 0 && first !== undefined)
    return { type: 'unclear', place: first, message: noneOwnText(shared) };
  if (own.some(({ tag }) => tag !== undefined) && others.length > 0)
    return { type: 'own', tags: new Set(own.map(({ tag }) => tag)), others };
  return (by === 'undo' ? undefined : variant) ?? { type: 'all' };
};

/** One of its places that another app may take for its own, now or once this release stands there. */
const contestedPlace = <P extends Place>(
  own: readonly P[],
  tag: string,
  sharers: readonly Sharer[],
): Division<P> | undefined => {
  for (const place of own)
    for (const { app, scheme, matches } of sharers) {
      const taken = [place.tag ?? tag, tag].find((one) => mayBeOf(scheme, one));
      if (taken !== undefined && matches(place.file))
        return {
          type: 'unclear',
          place,
          message: `the app ${app} has the same image in this file, and its policy admits ${taken} too; give the two patterns that no tag matches both of`,
        };
    }
  return undefined;
};

const noneOwnText = (sharers: readonly Sharer[]): string =>
  `the image has no tag here that the policy admits, and ${sharers.map(({ app }) => `the app ${app}`).join(' and ')} has the same image in these files; put one there by hand to say which places are whose`;

const variantPlace = <P extends Place>(places: readonly P[]): Division<P> | undefined => {
  for (const place of places)
    for (const { tag: of } of places)
      if (place.tag !== undefined && of !== undefined && isVariantOf(place.tag, of))
        return {
          type: 'unclear',
          place,
          message: `${place.tag} is a variant of ${of}, and the policy does not tell the two apart; write a pattern in \`tags\` that only one of them matches`,
        };
  return undefined;
};
