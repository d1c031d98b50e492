import { isOfFamily, isVariantOf, mayBeOf } from './tag-family.ts';
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

/**
 * Tells the places of a release from those of another variant of its image, by their tags: its own are those that the policy
 * admits, a version that is out of its range, or a tag which was released here (by hand, perhaps). Where all of them are, or none, they are all its own;
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
  const isOfOthers = (tag: string): boolean => shared.some((other) => isOfFamily(other.scheme, tag));
  // A place without a tag says nothing of whose it is.
  const isOwn = (tag: string | undefined): boolean => {
    if (tag === undefined) return shared.length === 0;
    return released.includes(tag) || mayBeOf(scheme, tag) || (isOfFamily(scheme, tag) && !isOfOthers(tag));
  };
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
