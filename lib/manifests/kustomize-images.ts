import { tryParseImage } from '../image.ts';
import { type Cursor, child, items, type ScalarCursor, scalarOf, textOf } from './cursor.ts';
import type { Site, Wanted } from './format.ts';
import { tagPairSite } from './tag-pair.ts';

/**
 * The entries of a Kustomize `images:` list that set the tag of the image. Flux has the same list in its own resources.
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */
export const kustomizeImages = (list: Cursor, wanted: Wanted): readonly Site[] =>
  items(list).flatMap((entry) => kustomizeImage(entry, wanted));

/**
 * One entry. It carries the image it ends up as: `newName` where it has one, `name` else. A new name that ends like the old
 * one is a mirror of the same image.
 */
export const kustomizeImage = (entry: Cursor, wanted: Wanted): readonly Site[] => {
  const [old, renamed] = ['name', 'newName'].map((key) => scalarOf(child(entry, key)));
  const name = [renamed ?? old, isMirror(old, renamed) ? old : undefined].find(
    (one) => one !== undefined && tryParseImage(textOf(one))?.name === wanted.image,
  );
  if (name === undefined) return [];
  const site = tagPairSite({
    name,
    names: ['name', 'newName'],
    tags: child(entry, 'newTag'),
    tagKey: 'newTag',
    others: child(entry, 'digest').map((value) => ({ key: 'digest', value })),
  });
  return site === undefined ? [] : [site];
};

const isMirror = (old: ScalarCursor | undefined, renamed: ScalarCursor | undefined): boolean => {
  if (old === undefined || renamed === undefined) return false;
  const [own, other] = [old, renamed].map((one) => tryParseImage(textOf(one))?.path);
  return own !== undefined && other !== undefined && `/${other}`.endsWith(`/${own}`);
};

/** `kind` and `apiVersion` may be left out, as the name of the file says what it is. */
export const isKustomizationFile = (path: string): boolean =>
  /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path);
