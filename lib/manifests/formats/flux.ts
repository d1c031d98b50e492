import { type Cursor, descend, items, rootOf, textAt } from '../cursor.ts';
import type { Format } from '../format.ts';
import { helmImages } from '../helm-images.ts';
import { kustomizeImages } from '../kustomize-images.ts';

/**
 * Flux: the inline `values` of a HelmRelease, and the Kustomize `images` of a HelmRelease's post-renderers and of a
 * Kustomization. https://fluxcd.io/flux/components/helm/helmreleases/#inline-values
 */
export const flux: Format = {
  name: 'flux',
  find: (document, wanted) => {
    const root = rootOf(document);
    if (root === undefined) return [];
    return [
      ...valuesOf(root).flatMap((values) => helmImages(values, wanted)),
      ...imageListsOf(root).flatMap((list) => kustomizeImages(list, wanted)),
    ];
  },
};

const isOf = (root: Cursor, group: string, kind: string): boolean =>
  textAt(root, 'kind') === kind && textAt(root, 'apiVersion')?.startsWith(`${group}/`) === true;

const isHelmRelease = (root: Cursor): boolean => isOf(root, 'helm.toolkit.fluxcd.io', 'HelmRelease');

const valuesOf = (root: Cursor): readonly Cursor[] =>
  isHelmRelease(root) ? descend(root, 'spec', 'values') : [];

const imageListsOf = (root: Cursor): readonly Cursor[] => {
  if (isOf(root, 'kustomize.toolkit.fluxcd.io', 'Kustomization')) return descend(root, 'spec', 'images');
  return isHelmRelease(root)
    ? descend(root, 'spec', 'postRenderers')
        .flatMap(items)
        .flatMap((renderer) => descend(renderer, 'kustomize', 'images'))
    : [];
};
