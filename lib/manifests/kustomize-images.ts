import { tryParseImage } from '../image.ts';
import { type Cursor, child, items, scalarOf, textOf } from './cursor.ts';
import type { Site, Wanted } from './format.ts';
import { tagPairSite } from './tag-pair.ts';

/**
 * The entries of a Kustomize `images:` list that set the tag of the image. Flux has the same list in its own resources.
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */
export const kustomizeImages = (list: Cursor, wanted: Wanted): readonly Site[] =>
  items(list).flatMap((entry) => kustomizeImage(entry, wanted));

/** One entry. It carries the image it ends up as: `newName` where it has one, `name` else. */
export const kustomizeImage = (entry: Cursor, wanted: Wanted): readonly Site[] => {
  const name = scalarOf(child(entry, 'newName')) ?? scalarOf(child(entry, 'name'));
  if (name === undefined || tryParseImage(textOf(name))?.name !== wanted.image) return [];
  const site = tagPairSite({
    name,
    names: ['name', 'newName'],
    tags: child(entry, 'newTag'),
    tagKey: 'newTag',
    others: child(entry, 'digest').map((value) => ({ key: 'digest', value })),
  });
  return site === undefined ? [] : [site];
};

/** `kind` and `apiVersion` may be left out, as the name of the file says what it is. */
export const isKustomizationFile = (path: string): boolean =>
  /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path);
