import { isMap, isSeq } from 'yaml';
import { parseYaml } from '../yaml/parse-yaml.ts';
import { splitDocuments } from '../yaml/split-documents.ts';
import {
  type Cursor,
  child,
  items,
  rootOf,
  type ScalarCursor,
  scalarOf,
  scalarsIn,
  textAt,
} from './cursor.ts';
import { embeddedDocuments } from './embedded.ts';
import { imageKey } from './image-keys.ts';
import { isJsonPatch } from './json-patch.ts';
import { isKustomizationFile } from './kustomize-images.ts';
import { pathsWithin } from './kustomize-references.ts';
import { rootsOf } from './kustomize-replacements.ts';
import type { ManifestFile } from './read-sites.ts';

/** A value that something puts in the place of another one. */
export type Override = {
  readonly at: ScalarCursor;
  /** The keys to that value, from the root of the object or of the Helm values. */
  readonly path: readonly string[];
  /** What it stands among, where that says which image it is of. */
  readonly isNamed: boolean;
} & (
  | { readonly by: 'patch'; readonly target: Target }
  | { readonly by: 'parameter'; readonly source: Cursor }
);

/** The objects that a patch is for, by regular expressions; undefined for any. */
export type Target = { readonly kind: string | undefined; readonly name: string | undefined };

/**
 * What the patches of kustomizations put into objects, one for each scalar.
 * @param files the kustomizations, and the files of patches that they name
 */
export const patchOverrides = (files: readonly ManifestFile[]): readonly Override[] => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return files
    .filter(({ path, text }) => isKustomizationFile(path) || /kind:\s*["']?Kustomization/.test(text))
    .flatMap((file) =>
      rootsOf(file)
        .flatMap((root) => [root, ...child(root, 'spec')])
        .flatMap(patchesOf)
        .flatMap(({ patch, target, isPath }) => {
          const other = isPath
            ? byPath.get(pathsWithin(file.path, [textOfScalar(patch)])[0] ?? '')
            : undefined;
          const roots = other === undefined ? rootsIn(patch) : rootsOf(other);
          return roots.flatMap((root) => overridesIn(root, target));
        }),
    );
};

/** Paths in the repository of the files of patches that a kustomization names. */
export const patchFiles = (file: ManifestFile): readonly string[] =>
  isKustomizationFile(file.path) && file.text.includes('patches')
    ? rootsOf(file)
        .flatMap(patchesOf)
        .flatMap(({ patch, isPath }) => (isPath ? pathsWithin(file.path, [textOfScalar(patch)]) : []))
    : [];

type Patch = { readonly patch: Cursor; readonly target: Target; readonly isPath: boolean };

const patchesOf = (kustomization: Cursor): readonly Patch[] => [
  ...['patches', 'patchesJson6902']
    .flatMap((key) => child(kustomization, key))
    .flatMap(items)
    .flatMap((entry) =>
      ['patch', 'path'].flatMap((key) =>
        child(entry, key).map((patch) => ({ patch, target: targetOf(entry), isPath: key === 'path' })),
      ),
    ),
  ...child(kustomization, 'patchesStrategicMerge')
    .flatMap(items)
    .map((patch) => ({ patch, target: anything, isPath: /^[^\n]+$/.test(textOfScalar(patch)) })),
];

const anything: Target = { kind: undefined, name: undefined };

const targetOf = (entry: Cursor): Target => ({
  kind: textAt(entry, 'target', 'kind'),
  name: textAt(entry, 'target', 'name'),
});

const textOfScalar = (cursor: Cursor): string => {
  const scalar = scalarOf([cursor]);
  return scalar === undefined ? '' : String(scalar.node.value);
};

/** Objects as they are, or what a text has. */
export const rootsIn = (patch: Cursor): readonly Cursor[] => {
  if (isMap(patch.node) || isSeq(patch.node)) return [patch];
  // Kustomize and Helm do not take it either, and it may be a template that nobody fills in here.
  if (splitDocuments(textOfScalar(patch)).some(({ text }) => parseYaml(text).error !== undefined)) return [];
  return embeddedDocuments(patch).flatMap((document) => rootOf(document) ?? []);
};

const overridesIn = (root: Cursor, target: Target): readonly Override[] => {
  if (isJsonPatch(root))
    return items(root)
      .filter((one) => /^(?:add|replace)$/.test(textAt(one, 'op') ?? ''))
      .flatMap((one) => {
        const path = pointerOf(textAt(one, 'path') ?? '');
        return child(one, 'value').flatMap((value) => scalarOverrides(value, path, target));
      });
  const [kind, name] = [textAt(root, 'kind'), textAt(root, 'metadata', 'name')];
  const isOwn = target.kind === undefined && target.name === undefined;
  return scalarOverrides(root, [], isOwn ? { kind, name } : target);
};

const scalarOverrides = (value: Cursor, path: readonly string[], target: Target): readonly Override[] =>
  scalarsIn(value).map((at) => {
    const inner = at.path.slice(value.path.length).map(String);
    const isNamed =
      at.holder !== undefined && namesImage({ ...at, node: at.holder, path: at.path.slice(0, -1) });
    return { by: 'patch', at, path: [...path, ...inner], isNamed, target };
  });

/** https://datatracker.ietf.org/doc/html/rfc6901 */
const pointerOf = (text: string): readonly string[] =>
  text
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Whether a map says itself which image it is. */
export const namesImage = (map: Cursor): boolean => {
  const has = (key: string) => textAt(map, key) !== undefined;
  const isImage = imageKey.test(String(map.path.at(-1))) || has('newTag');
  return has('repository') || has('image') || (isImage && has('name'));
};
