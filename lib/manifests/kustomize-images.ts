import { tryParseImage } from '../image.ts';
import { type Cursor, child, items, textAt } from './cursor.ts';
import type { Site, Wanted } from './format.ts';
import { tagPairSite } from './tag-pair.ts';

/**
 * The entries of a Kustomize `images:` list that set the tag of the image. An entry carries the image it ends up as:
 * `newName` where it has one, `name` else. Flux has the same list in its own resources.
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */
export const kustomizeImages = (list: Cursor, wanted: Wanted): readonly Site[] =>
  items(list).flatMap((entry) => {
    const name = textAt(entry, 'newName') ?? textAt(entry, 'name');
    if (name === undefined || tryParseImage(name)?.name !== wanted.image) return [];
    return tagPairSite(child(entry, 'newTag'), child(entry, 'digest'), 'newTag') ?? [];
  });

/** `kind` and `apiVersion` may be left out, as the name of the file says what it is. */
export const isKustomizationFile = (path: string): boolean =>
  /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path);
