import { type Cursor, child, items } from './cursor.ts';
import type { Site, Wanted } from './format.ts';
import { isJsonPatch, jsonPatchImages } from './json-patch.ts';
import { objectImages } from './object-images.ts';

/**
 * Where patches stand as text in a kustomization, or in what Flux has of one: inline, or as the path of a file. What makes or
 * changes resources otherwise may be text, too.
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
 */
export const patchTexts = (kustomization: Cursor): readonly Cursor[] => [
  ...['patches', 'patchesJson6902']
    .flatMap((key) => child(kustomization, key))
    .flatMap(items)
    .flatMap((entry) => child(entry, 'patch')),
  ...['patchesStrategicMerge', 'generators', 'transformers']
    .flatMap((key) => child(kustomization, key))
    .flatMap(items),
];

/** The same where the patches are no text but objects and lists of operations, as Flux had them. */
export const patchObjects = (kustomization: Cursor, wanted: Wanted): readonly Site[] =>
  patchTexts(kustomization).flatMap((patch) =>
    isJsonPatch(patch) ? jsonPatchImages(patch, wanted) : objectImages(patch, wanted),
  );
