import { type Cursor, child, descend, items, offsetOf, rootOf, scalarOf, textAt, textOf } from '../cursor.ts';
import { flatImages } from '../flat-images.ts';
import type { Format, Site, Wanted } from '../format.ts';
import { helmImages } from '../helm-images.ts';
import { mayCarry } from '../mention.ts';
import { referenceSite } from '../reference.ts';
import { refuse } from '../refusal.ts';

/**
 * Argo CD: what an Application, or the template of an ApplicationSet, says inline about the image: `helm.valuesObject`,
 * `helm.parameters`, `kustomize.images`. `helm.values` is text within text, and refused.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml
 */
export const argocd: Format = {
  name: 'argocd',
  find: (document, wanted) => {
    const root = rootOf(document);
    if (root === undefined) return [];
    return sourcesOf(root).flatMap((source) => sitesOf(source, wanted));
  },
  texts: (document) => {
    const root = rootOf(document);
    if (root === undefined) return [];
    return sourcesOf(root)
      .flatMap((source) => descend(source, 'kustomize', 'patches'))
      .flatMap(items)
      .flatMap((entry) => child(entry, 'patch'));
  },
};

const sourcesOf = (root: Cursor): readonly Cursor[] => {
  if (textAt(root, 'apiVersion')?.startsWith('argoproj.io/') !== true) return [];
  return (specPaths[textAt(root, 'kind') ?? ''] ?? [])
    .flatMap((path) => descend(root, ...path))
    .flatMap((spec) => [...child(spec, 'source'), ...child(spec, 'sources').flatMap(items)]);
};

const specPaths: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Application: [['spec']],
  ApplicationSet: [['spec', 'template', 'spec']],
};

const sitesOf = (source: Cursor, wanted: Wanted): readonly Site[] => {
  for (const values of descend(source, 'helm', 'values')) refuseText(values, wanted);
  return [
    ...descend(source, 'helm', 'valuesObject').flatMap((values) => helmImages(values, wanted)),
    ...descend(source, 'helm', 'parameters').flatMap((list) => parameterSites(list, wanted)),
    ...descend(source, 'kustomize', 'images')
      .flatMap(items)
      .flatMap((item) => kustomizeSite(item, wanted)),
  ];
};

const refuseText = (values: Cursor, wanted: Wanted): void => {
  const scalar = scalarOf([values]);
  if (scalar !== undefined && mayCarry(textOf(scalar), { image: wanted.image }))
    refuse(
      scalar.document,
      offsetOf(scalar.node),
      'the values are a block of text; use `valuesObject` instead',
    );
};

/** `[{name: image.repository, value: org/app}, {name: image.tag, value: v1}]` */
const parameterSites = (list: Cursor, wanted: Wanted): readonly Site[] =>
  flatImages(
    items(list).flatMap((item) => {
      const path = (textAt(item, 'name') ?? '').split('.');
      return child(item, 'value').map((value) => ({ path, value }));
    }),
    wanted,
  );

/** `[old=]new[:tag][@digest]` */
const kustomizeSite = (item: Cursor, wanted: Wanted): readonly Site[] => {
  const scalar = scalarOf([item]);
  if (scalar === undefined) return [];
  const site = referenceSite(scalar, wanted, { prefix: /^[^=]*=/.exec(textOf(scalar))?.[0] });
  return site === undefined ? [] : [site];
};
