import { isArgocdSourceFile } from '../argocd-source-file.ts';
import { rootOf, textAt } from '../cursor.ts';
import type { ManifestDocument } from '../document.ts';
import type { Format } from '../format.ts';
import { helmImages } from '../helm-images.ts';
import { isKustomizationFile } from '../kustomize-images.ts';

/** A values file of a Helm chart, or values as text: any document that is no Kubernetes object and no kustomization. */
export const helmValues: Format = {
  name: 'helm-values',
  find: (document, wanted) => {
    const root = rootOf(document);
    if (root === undefined || hasOtherFormat(document)) return [];
    const isObject = textAt(root, 'apiVersion') !== undefined && textAt(root, 'kind') !== undefined;
    return isObject ? [] : helmImages(root, wanted);
  },
};

const hasOtherFormat = ({ file, within }: ManifestDocument): boolean =>
  isKustomizationFile(file) || (isArgocdSourceFile(file) && within === undefined);
