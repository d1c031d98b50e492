import { type Cursor, child, descend, items, rootOf, textAt } from '../cursor.ts';
import type { Format } from '../format.ts';
import { helmImages } from '../helm-images.ts';
import { kustomizeImages } from '../kustomize-images.ts';
import { patchObjects, patchTexts } from '../kustomize-patches.ts';

/**
 * Flux: the inline `values` of a HelmRelease, and the Kustomize `images` and patches of a HelmRelease's post-renderers and of
 * a Kustomization. https://fluxcd.io/flux/components/helm/helmreleases/#inline-values
 */
export const flux: Format = {
  name: 'flux',
  find: (document, wanted) => {
    const root = rootOf(document);
    if (root === undefined) return [];
    return [
      ...valuesOf(root).flatMap((values) => helmImages(values, wanted)),
      ...kustomizationsOf(root).flatMap((one) => [
        ...child(one, 'images').flatMap((list) => kustomizeImages(list, wanted)),
        ...patchObjects(one, wanted),
      ]),
    ];
  },
  texts: (document) => {
    const root = rootOf(document);
    return root === undefined ? [] : kustomizationsOf(root).flatMap(patchTexts);
  },
};

const isOf = (root: Cursor, group: string, kind: string): boolean =>
  textAt(root, 'kind') === kind && textAt(root, 'apiVersion')?.startsWith(`${group}/`) === true;

const isHelmRelease = (root: Cursor): boolean => isOf(root, 'helm.toolkit.fluxcd.io', 'HelmRelease');

const valuesOf = (root: Cursor): readonly Cursor[] =>
  isHelmRelease(root) ? descend(root, 'spec', 'values') : [];

const kustomizationsOf = (root: Cursor): readonly Cursor[] => {
  if (isOf(root, 'kustomize.toolkit.fluxcd.io', 'Kustomization')) return child(root, 'spec');
  return isHelmRelease(root)
    ? descend(root, 'spec', 'postRenderers')
        .flatMap(items)
        .flatMap((renderer) => child(renderer, 'kustomize'))
    : [];
};
