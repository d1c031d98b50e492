import { type Cursor, child, items, rootOf, textAt } from '../cursor.ts';
import type { ManifestDocument } from '../document.ts';
import type { Format } from '../format.ts';
import { helmImages } from '../helm-images.ts';
import { isKustomizationFile, kustomizeImage } from '../kustomize-images.ts';
import { patchTexts } from '../kustomize-patches.ts';

/**
 * `images:`, patches and inline Helm values of a kustomization.yaml, and of the transformers and generators that may stand in
 * their place. https://kubectl.docs.kubernetes.io/references/kustomize/
 */
export const kustomize: Format = {
  name: 'kustomize',
  find: (document, wanted) => {
    const root = rootOf(document);
    if (root === undefined) return [];
    return [
      ...chartsOf(root, document)
        .flatMap((chart) => child(chart, 'valuesInline'))
        .flatMap((values) => helmImages(values, wanted)),
      ...imagesOf(root, document).flatMap((entry) => kustomizeImage(entry, wanted)),
    ];
  },
  texts: (document) => {
    const root = rootOf(document);
    if (root === undefined) return [];
    if (textAt(root, 'apiVersion') === 'builtin')
      return ['patch', 'jsonOp', 'patches'].flatMap((key) => child(root, key));
    return isKustomization(root, document) ? patchTexts(root) : [];
  },
};

/** https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/helmcharts/ */
const chartsOf = (root: Cursor, document: ManifestDocument): readonly Cursor[] => {
  if (isBuiltin(root, 'HelmChartInflationGenerator')) return [root];
  return isKustomization(root, document) ? child(root, 'helmCharts').flatMap(items) : [];
};

/** https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/ */
const imagesOf = (root: Cursor, document: ManifestDocument): readonly Cursor[] => {
  if (isBuiltin(root, 'ImageTagTransformer')) return child(root, 'imageTag');
  return isKustomization(root, document) ? child(root, 'images').flatMap(items) : [];
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
