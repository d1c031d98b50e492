import type { PathStep } from '../field-path.ts';
import { tryParseImage } from '../image.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';
import { splitDocuments } from '../yaml/split-documents.ts';
import { type Cursor, child, descend, items, offsetOf, rootOf, scalarOf, textAt, textOf } from './cursor.ts';
import { followPath } from './follow-path.ts';
import type { Wanted } from './format.ts';
import { isKustomizationFile } from './kustomize-images.ts';
import { pathsWithin } from './kustomize-references.ts';
import { parseManifest } from './parse.ts';
import { type ManifestFile, maxFileCharacters } from './read-sites.ts';
import { placeIn, placesIn, refuse } from './refusal.ts';
import type { ImageUse } from './rewrite.ts';

/** What a kustomization copies from a field of one object to fields of others, over what stands there. */
export type Replacement = { readonly source: Cursor; readonly targets: readonly Cursor[] };

/** Paths in the repository of the files in which a kustomization has replacements. */
export const replacementFiles = (file: ManifestFile): readonly string[] =>
  entriesOf(file).flatMap((entry) =>
    pathsWithin(
      file.path,
      [textAt(entry, 'path')].flatMap((one) => one ?? []),
    ),
  );

/**
 * The replacements of a kustomization, or of a file that one names. They come after its `images` and patches:
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/replacements/
 */
export const replacementsOf = (file: ManifestFile): readonly Replacement[] => {
  const listed = isKustomizationFile(file.path)
    ? entriesOf(file)
    : rootsOf(file).flatMap((root) => [root, ...items(root)]);
  return listed.flatMap((entry) =>
    child(entry, 'source').map((source) => ({ source, targets: child(entry, 'targets').flatMap(items) })),
  );
};

/**
 * Refuses what puts an old version back: a reference to the image, or a part of one, that is copied into an image, and that a
 * release does not change.
 * @param files of the environment, in which sources and targets are looked for
 * @param uses where the image is found
 * @throws TagboatError `manifest-refused` with the place of the source
 */
export const refuseStaleReplacements = (
  replacements: readonly Replacement[],
  files: readonly ManifestFile[],
  uses: readonly ImageUse[],
  wanted: Wanted,
): void => {
  if (replacements.length === 0) return;
  const roots = files.flatMap(rootsOf);
  const known = new Set(uses.map(({ file, line, column }) => `${file}:${line}:${column}`));
  const isKnown = (at: Cursor): boolean => {
    const { line, column } = placeIn(at.document, offsetOf(at.node));
    return known.has(`${at.document.file}:${line}:${column}`);
  };
  for (const { source, targets } of replacements) {
    const path = stepsOf(textAt(source, 'fieldPath') ?? 'metadata.name');
    const selected = roots.filter((root) => isSelected(root, source));
    const from = scalarOf(selected.flatMap((root) => followPath(root, path)));
    if (from === undefined || isKnown(from)) continue;
    const into = targets.flatMap((target) => placesOf(target, roots));
    const isImage = tryParseImage(textOf(from))?.name === wanted.image;
    const isTag = targets.some((target) => textAt(target, 'options', 'delimiter') !== undefined);
    if (isImage ? into.length > 0 : isTag && into.some(isKnown))
      refuse(
        from.document,
        offsetOf(from.node),
        `a kustomization copies this into the image (\`replacements\`), where it would put this version back; mark it with \`# tagboat: ${wanted.app}${isImage ? '' : ':tag'}\`, or name its place under \`fields\``,
      );
  }
};

/** The documents of a file, those that are no YAML left out. */
export const rootsOf = (file: ManifestFile): readonly Cursor[] => {
  const places = placesIn(file.text);
  return splitDocuments(file.text).flatMap(({ start, text }, index) => {
    // Kustomize does not take the one, and nobody else the other.
    if (text.length > maxFileCharacters || parseYaml(text).error !== undefined) return [];
    const toFile = (offset: number) => start + offset;
    return rootOf(parseManifest({ file: file.path, places, index, toFile }, text)) ?? [];
  });
};

const entriesOf = (file: ManifestFile): readonly Cursor[] =>
  isKustomizationFile(file.path) && file.text.includes('replacements')
    ? rootsOf(file)
        .flatMap((root) => child(root, 'replacements'))
        .flatMap(items)
    : [];

const isSelected = (root: Cursor, select: Cursor): boolean =>
  (['kind', 'name'] as const).every((key) => {
    const wanted = textAt(select, key);
    return (
      wanted === undefined ||
      wanted === (key === 'kind' ? textAt(root, 'kind') : textAt(root, 'metadata', 'name'))
    );
  });

/** What a target's paths lead to, those of images alone. */
const placesOf = (target: Cursor, roots: readonly Cursor[]): readonly Cursor[] => {
  const paths = descend(target, 'fieldPaths')
    .flatMap(items)
    .flatMap((at) => {
      const scalar = scalarOf([at]);
      return scalar === undefined || !/image$/i.test(textOf(scalar)) ? [] : [stepsOf(textOf(scalar))];
    });
  return child(target, 'select').flatMap((select) =>
    roots
      .filter((root) => isSelected(root, select))
      .flatMap((root) => paths.flatMap((path) => followPath(root, path))),
  );
};

/** `spec.template.spec.containers.[name=web].image`, `containers.0.image`, `metadata.annotations.example\.com/image` */
const stepsOf = (fieldPath: string): readonly PathStep[] =>
  (fieldPath.match(/(?:\\.|\[[^\]]*\]|[^.\\[])+/g) ?? []).map((segment): PathStep => {
    const [, key, text] = /^\[([^=\]]+)=([^\]]*)\]$/.exec(segment) ?? [];
    if (key !== undefined && text !== undefined) return { type: 'entry', key, text };
    if (segment === '*') return { type: 'any-entry' };
    return /^\d+$/.test(segment)
      ? { type: 'index', index: Number(segment) }
      : { type: 'key', key: segment.replaceAll(/\\(.)/g, '$1') };
  });
