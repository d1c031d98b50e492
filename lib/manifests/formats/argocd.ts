import { isArgocdSourceFile } from '../argocd-source-file.ts';
import { type Cursor, child, descend, items, rootOf, scalarOf, textAt, textOf } from '../cursor.ts';
import type { ManifestDocument } from '../document.ts';
import type { Format, Site, Wanted } from '../format.ts';
import { helmImages } from '../helm-images.ts';
import { parameterImages } from '../helm-parameters.ts';
import { referenceSite } from '../reference.ts';

/**
 * Argo CD: what an Application, or the template of an ApplicationSet, says inline about the image: `helm.valuesObject`,
 * `helm.values`, `helm.parameters`, `kustomize.images` and patches; and the same in the file by which a source is overridden.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml
 */
export const argocd: Format = {
  name: 'argocd',
  find: (document, wanted) => sourcesOf(document).flatMap((source) => sitesOf(source, wanted)),
  texts: (document) =>
    sourcesOf(document).flatMap((source) => [
      ...descend(source, 'helm', 'values'),
      ...descend(source, 'kustomize', 'patches')
        .flatMap(items)
        .flatMap((entry) => child(entry, 'patch')),
    ]),
};

/** What is rendered, and how: the sources of an Application. */
export const sourcesOf = (document: ManifestDocument): readonly Cursor[] => {
  const root = rootOf(document);
  if (root === undefined || document.within !== undefined) return [];
  if (isArgocdSourceFile(document.file)) return [root];
  if (textAt(root, 'apiVersion')?.startsWith('argoproj.io/') !== true) return [];
  return (specPaths[textAt(root, 'kind') ?? ''] ?? [])
    .flatMap((path) => descend(root, ...path))
    .flatMap((spec) => [...child(spec, 'source'), ...child(spec, 'sources').flatMap(items)]);
};

const specPaths: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Application: [['spec']],
  ApplicationSet: [['spec', 'template', 'spec']],
};

const sitesOf = (source: Cursor, wanted: Wanted): readonly Site[] => [
  ...child(source, 'helm').flatMap((helm) => parameterImages(helm, wanted)),
  ...descend(source, 'helm', 'valuesObject').flatMap((values) => helmImages(values, wanted)),
  ...descend(source, 'kustomize', 'images')
    .flatMap(items)
    .flatMap((item) => kustomizeSite(item, wanted)),
];

/** `[old=]new[:tag][@digest]` */
const kustomizeSite = (item: Cursor, wanted: Wanted): readonly Site[] => {
  const scalar = scalarOf([item]);
  if (scalar === undefined) return [];
  const site = referenceSite(scalar, wanted, { prefix: /^[^=]*=/.exec(textOf(scalar))?.[0] });
  return site === undefined ? [] : [site];
};
