import { type Cursor, child, rootOf, textAt } from '../cursor.ts';
import type { ManifestDocument } from '../document.ts';
import type { Format } from '../format.ts';
import { isKustomizationFile, kustomizeImage, kustomizeImages } from '../kustomize-images.ts';
import { patchTexts } from '../kustomize-patches.ts';

/** `images:` and patches of a kustomization.yaml, and of the transformers that may stand in their place. */
export const kustomize: Format = {
  name: 'kustomize',
  find: (document, wanted) => {
    const root = rootOf(document);
    if (root === undefined) return [];
    if (isBuiltin(root, 'ImageTagTransformer'))
      return child(root, 'imageTag').flatMap((entry) => kustomizeImage(entry, wanted));
    return isKustomization(root, document)
      ? child(root, 'images').flatMap((list) => kustomizeImages(list, wanted))
      : [];
  },
  texts: (document) => {
    const root = rootOf(document);
    if (root === undefined) return [];
    if (textAt(root, 'apiVersion') === 'builtin')
      return ['patch', 'jsonOp', 'patches'].flatMap((key) => child(root, key));
    return isKustomization(root, document) ? patchTexts(root) : [];
  },
};

/** https://kubectl.docs.kubernetes.io/references/kustomize/builtins/ */
const isBuiltin = (root: Cursor, kind: string): boolean =>
  textAt(root, 'apiVersion') === 'builtin' && textAt(root, 'kind') === kind;

const isKustomization = (root: Cursor, document: ManifestDocument): boolean => {
  const kind = textAt(root, 'kind');
  const apiVersion = textAt(root, 'apiVersion');
  return kind === undefined
    ? isKustomizationFile(document.file) && document.within === undefined
    : (kind === 'Kustomization' || kind === 'Component') &&
        (apiVersion === undefined || apiVersion.startsWith('kustomize.config.k8s.io/'));
};
