import { child, descend, scalarOf } from './cursor.ts';
import { sourcesOf } from './formats/argocd.ts';
import { helmParameters } from './helm-parameters.ts';
import { rootsOf } from './kustomize-replacements.ts';
import { namesImage, type Override, rootsIn } from './overrides.ts';
import type { ManifestFile } from './read-sites.ts';

/** The parameters of Helm that sources of Argo CD have, each of which wins over values. */
export const parameterOverrides = (files: readonly ManifestFile[]): readonly Override[] =>
  files
    .filter(({ text }) => text.includes('parameters'))
    .flatMap(rootsOf)
    .flatMap(({ document }) => sourcesOf(document))
    .flatMap((source) =>
      child(source, 'helm').flatMap((helm) => {
        const parameters = helmParameters(helm);
        const values = [...child(helm, 'valuesObject'), ...child(helm, 'values')].flatMap(rootsIn);
        const names = new Set(
          parameters
            .filter(({ path }) => /^(?:repository|name|image)$/.test(path.at(-1) ?? ''))
            .map(({ path }) => path.slice(0, -1).join('.')),
        );
        return parameters.flatMap(({ path, value }): readonly Override[] => {
          const at = scalarOf([value]);
          const parent = path.slice(0, -1);
          const isNamed =
            names.has(parent.join('.')) ||
            values.flatMap((root) => descend(root, ...parent)).some(namesImage);
          return at === undefined ? [] : [{ by: 'parameter', at, path, isNamed, source }];
        });
      }),
    );
