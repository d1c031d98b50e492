import { rootOf, textAt } from '../cursor.ts';
import type { Format } from '../format.ts';
import { helmImages } from '../helm-images.ts';
import { isKustomizationFile } from '../kustomize-images.ts';

/** A values file of a Helm chart: any document that is no Kubernetes object and no kustomization. */
export const helmValues: Format = {
  name: 'helm-values',
  find: (document, wanted) => {
    const root = rootOf(document);
    if (root === undefined || isKustomizationFile(document.file)) return [];
    const isObject = textAt(root, 'apiVersion') !== undefined && textAt(root, 'kind') !== undefined;
    return isObject ? [] : helmImages(root, wanted);
  },
};
