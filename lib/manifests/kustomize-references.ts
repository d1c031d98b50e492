import { parseYaml } from '../yaml/parse-yaml.ts';
import { splitDocuments } from '../yaml/split-documents.ts';
import { type Cursor, child, items, rootOf, scalarOf, textAt, textOf } from './cursor.ts';
import type { Wanted } from './format.ts';
import { isKustomizationFile, kustomizeImages } from './kustomize-images.ts';
import { parseManifest } from './parse.ts';
import type { ManifestFile } from './read-sites.ts';
import { placesIn } from './refusal.ts';

/** Paths in the repository that a kustomization lays over its resources. */
export type Overlays = {
  /** Patches and transformers. */
  readonly files: readonly string[];
  /** Directories with kustomizations of their own. */
  readonly directories: readonly string[];
};

const nothing: Overlays = { files: [], directories: [] };

/**
 * What a kustomization names that may set the image after its resources did. Nothing but transformers where it has an entry for
 * the image in `images`, which comes after all others: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
 * @throws TagboatError `manifest-refused`
 */
export const overlaysOf = (file: ManifestFile, wanted: Wanted): Overlays => {
  if (!isKustomizationFile(file.path) || !/patches|components|transformers/.test(file.text)) return nothing;
  const places = placesIn(file.text);
  const found = splitDocuments(file.text).map(({ start, text }, index): Overlays => {
    // Kustomize does not take it either, and it may be a template that nobody builds here.
    if (parseYaml(text).error !== undefined) return nothing;
    const toFile = (offset: number) => start + offset;
    const root = rootOf(parseManifest({ file: file.path, places, index, toFile }, text));
    if (root === undefined) return nothing;
    const listed = (key: string) => child(root, key).flatMap(items);
    const transformers = listed('transformers').flatMap(pathOf);
    if (child(root, 'images').some((list) => kustomizeImages(list, wanted).length > 0))
      return { files: pathsWithin(file.path, transformers), directories: [] };
    const strategic = [...listed('patchesStrategicMerge').flatMap(pathOf), ...transformers];
    const named = [...listed('patches'), ...listed('patchesJson6902')].flatMap(
      (entry) => textAt(entry, 'path') ?? [],
    );
    return {
      files: pathsWithin(file.path, [...strategic, ...named]),
      directories: pathsWithin(file.path, listed('components').flatMap(pathOf)),
    };
  });
  return {
    files: found.flatMap(({ files }) => files),
    directories: found.flatMap(({ directories }) => directories),
  };
};

/** The path that an item of a list is; a text of several lines is the patch itself. */
const pathOf = (item: Cursor): readonly string[] => {
  const scalar = scalarOf([item]);
  return scalar === undefined || textOf(scalar).includes('\n') ? [] : [textOf(scalar)];
};

/** Paths from the root of the repository; what is a URL, or leaves the repository, is somebody else's. */
export const pathsWithin = (file: string, paths: readonly string[]): readonly string[] =>
  paths.flatMap((path) => {
    if (path.includes('://') || path.includes('?')) return [];
    const components: string[] = file.split('/').slice(0, -1);
    for (const component of path.split('/')) {
      if (component === '..' && components.pop() === undefined) return [];
      if (component !== '..' && component !== '.' && component !== '') components.push(component);
    }
    return [components.join('/')];
  });

export const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;
