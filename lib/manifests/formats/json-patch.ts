import { rootOf } from '../cursor.ts';
import type { Format } from '../format.ts';
import { isJsonPatch, jsonPatchImages } from '../json-patch.ts';

/** A JSON patch in a file of its own, or as text in a kustomization (https://github.com/kubernetes-sigs/kustomize/issues/1281). */
export const jsonPatch: Format = {
  name: 'json-patch',
  find: (document, wanted) => {
    const root = rootOf(document);
    return root === undefined || !isJsonPatch(root) ? [] : jsonPatchImages(root, wanted);
  },
};
