import { child, rootOf, textAt } from '../cursor.ts';
import type { Format } from '../format.ts';
import { isKustomizationFile, kustomizeImages } from '../kustomize-images.ts';

/** `images:` of a kustomization.yaml. */
export const kustomize: Format = {
  name: 'kustomize',
  find: (document, wanted) => {
    const root = rootOf(document);
    if (root === undefined) return [];
    const kind = textAt(root, 'kind');
    const apiVersion = textAt(root, 'apiVersion');
    const isKustomization =
      kind === undefined
        ? isKustomizationFile(document.file)
        : (kind === 'Kustomization' || kind === 'Component') &&
          (apiVersion === undefined || apiVersion.startsWith('kustomize.config.k8s.io/'));
    return isKustomization ? child(root, 'images').flatMap((list) => kustomizeImages(list, wanted)) : [];
  },
};
