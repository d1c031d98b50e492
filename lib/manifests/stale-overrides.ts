import { isDigest, tryParseImage } from '../image.ts';
import { isArgocdSourceFile } from './argocd-source-file.ts';
import { type Cursor, descend, items, offsetOf, rootOf, scalarOf, textAt, textOf } from './cursor.ts';
import type { Site, Wanted } from './format.ts';
import { rootsOf } from './kustomize-replacements.ts';
import { namesImage, type Override, patchOverrides, type Target } from './overrides.ts';
import { parameterOverrides } from './parameter-overrides.ts';
import type { ManifestFile } from './read-sites.ts';
import { placeIn, refuse } from './refusal.ts';

/** Under such a key stands what a release changes. */
const versionKey = /(?:tag|digest|image|sha|sha256)$/i;

/**
 * Refuses what puts an old version over the places of the image without naming the image: a patch of a kustomization that sets
 * the tag of an object, a parameter of Argo CD that sets the tag of values. It would stay, and win.
 * @param files of the environment, and those that its kustomizations name
 * @param sites where the image is found
 * @throws TagboatError `manifest-refused` with the place
 */
export const refuseStaleOverrides = (
  files: readonly ManifestFile[],
  sites: readonly Site[],
  wanted: Wanted,
): void => {
  const overrides = [...patchOverrides(files), ...parameterOverrides(files)];
  if (overrides.length === 0) return;
  const known = new Set(sites.map(({ at }) => placeOf(at)));
  const roots = files.flatMap(rootsOf);
  for (const override of overrides) {
    const { at, by } = override;
    if (known.has(placeOf(at)) || !isStale(override, sites, roots)) continue;
    const what = by === 'patch' ? 'a kustomization lays this over' : 'this parameter wins over';
    refuse(
      at.document,
      offsetOf(at.node),
      `${what} the tag of the image, and would put this version back; mark it with \`# tagboat: ${wanted.app}:tag\`, or name its place under \`fields\``,
    );
  }
};

/** A version that a file sets without saying of which image. */
export type NamelessVersion = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The name of the parameter. */
  readonly name: string;
};

/** What the files that override sources of Argo CD set without saying of which image. */
export const namelessVersions = (files: readonly ManifestFile[]): readonly NamelessVersion[] =>
  parameterOverrides(files.filter(({ path }) => isArgocdSourceFile(path)))
    .filter(({ path, isNamed }) => !isNamed && versionKey.test(path.at(-1) ?? ''))
    .map(({ at, path }) => ({
      file: at.document.file,
      ...placeIn(at.document, offsetOf(at.node)),
      name: path.join('.'),
    }));

const placeOf = ({ document, node }: Cursor): string => {
  const { line, column } = placeIn(document, offsetOf(node));
  return `${document.file}:${line}:${column}`;
};

const isStale = (override: Override, sites: readonly Site[], roots: readonly Cursor[]): boolean => {
  const { at, path, isNamed } = override;
  if (isReference(textOf(at))) return false;
  if (sites.some((site) => isLaidOver(override, site))) return true;
  if (isNamed || !versionKey.test(path.at(-1) ?? '')) return false;
  const text = textOf(at);
  if (text === '' || !sites.some((site) => versionsOf(site).includes(text))) return false;
  // Where the object says there that it is another image, it is; an Application is of whatever chart.
  return override.by === 'patch'
    ? !roots.some((root) => isAnother(root, path, override.target))
    : isArgocdSourceFile(at.document.file);
};

/** It names an image, so that what reads images has found it, or it is another one. */
const isReference = (text: string): boolean => {
  const image = isDigest(text) ? undefined : tryParseImage(text);
  return image !== undefined && (text.includes('/') || (image.tag ?? image.digest) !== undefined);
};

const versionsOf = ({ tag, digest }: Site): readonly string[] =>
  [tag, digest, digest?.replace(/^sha256:/, '')].filter((text) => text !== undefined);

/** The value at the same path of the same object, or what stands beside it as another part of the image. */
const isLaidOver = (override: Override, { at }: Site): boolean => {
  const root = rootOf(at.document);
  if (root === undefined) return false;
  if (override.by === 'patch')
    return isTargeted(root, override.target) && isPartOf(override.path, at.path.map(String));
  const values = at.path.findIndex((key) => key === 'valuesObject' || key === 'values');
  return isRendered(override.source, at) && isPartOf(override.path, at.path.slice(values + 1).map(String));
};

/** Whether values are those of a source: in it, or in a file that it names or has in its directory. */
const isRendered = (source: Cursor, { document, path }: Cursor): boolean => {
  const { file } = source.document;
  if (document.file === file) return source.path.every((key, index) => path[index] === key);
  const directory = isArgocdSourceFile(file)
    ? file.split('/').slice(0, -1).join('/')
    : textAt(source, 'path');
  const named = descend(source, 'helm', 'valueFiles').flatMap(items).flatMap(textOfItem);
  return (
    (directory !== undefined && document.file.startsWith(directory === '' ? '' : `${directory}/`)) ||
    named.some((one) => `/${document.file}`.endsWith(`/${one.replace(/^(?:\$\w+\/|\.{0,2}\/)+/, '')}`))
  );
};

const textOfItem = (item: Cursor): readonly string[] => {
  const scalar = scalarOf([item]);
  return scalar === undefined ? [] : [textOf(scalar)];
};

const isPartOf = (path: readonly string[], place: readonly string[]): boolean => {
  if (path.length !== place.length) return false;
  const last = path.length - 1;
  const isBeside = versionKey.test(path[last] ?? '') && !/image$/i.test(place[last] ?? '');
  return path.every((key, index) => key === place[index] || (index === last && isBeside));
};

const isTargeted = (root: Cursor, { kind, name }: Target): boolean =>
  matches(kind, textAt(root, 'kind')) && matches(name, textAt(root, 'metadata', 'name'));

/** https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/ */
const matches = (pattern: string | undefined, text: string | undefined): boolean => {
  if (pattern === undefined) return true;
  if (text === undefined) return false;
  return pattern === text || isMatch(pattern, text);
};

/** Patterns that are more than alternatives and a few `.*` are taken for matches: no expression is run that may take long. */
const isMatch = (pattern: string, text: string): boolean =>
  /[+?()[\]{}^$\\]|(?<!\.)\*/.test(pattern) ||
  pattern.split('.*').length > 4 ||
  new RegExp(`^(?:${pattern})$`).test(text);

const isAnother = (root: Cursor, path: readonly string[], target: Target): boolean =>
  isTargeted(root, target) && descend(root, ...path.slice(0, -1)).some(namesImage);
