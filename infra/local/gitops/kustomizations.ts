import path from 'node:path';
import { parse } from 'yaml';
import type { Snapshot } from '../../../lib/git/remote.ts';
import { isMapping } from '../../../lib/mapping.ts';
import { readTexts } from './config-repo.ts';

/** Names that Kustomize looks for, one in a directory. */
const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** The Kustomizations that files of a config repo belong to. Directories are paths from its root, which is `.`. */
export type Kustomizations = {
  /** Those that no other of them refers to: what is to be built. */
  readonly roots: readonly string[];
  /** Whatever building them may read. */
  readonly directories: readonly string[];
  /** True where a file is Kustomize's, and no manifest to be applied as it stands. */
  covers(file: string): boolean;
};

/**
 * Finds the Kustomizations that have to do with the files: those in their directories, and what these refer to.
 * @param files paths from the root of the config repo
 */
export const findKustomizations = async (
  snapshot: Snapshot,
  files: readonly string[],
): Promise<Kustomizations> => {
  const touched = new Set(files.map((file) => path.posix.dirname(file)));
  const known = await follow(snapshot, touched);
  const reach = (from: string, seen = new Set<string>()): ReadonlySet<string> => {
    for (const to of known.get(from) ?? []) if (known.has(to) && !seen.has(to)) reach(to, seen.add(to));
    return seen;
  };
  const candidates = [...touched].filter((directory) => known.has(directory));
  const roots = candidates.filter(
    (directory) => !candidates.some((other) => other !== directory && reach(other).has(directory)),
  );
  const directories = [...known.keys()];
  return { roots, directories, covers: (file) => directories.some((one) => isWithin(one, file)) };
};

/** Every directory with a Kustomization, with the directories that it refers to; one request for each step of the way. */
const follow = async (
  snapshot: Snapshot,
  from: Iterable<string>,
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const known = new Map<string, readonly string[]>();
  const asked = new Set<string>();
  let next = [...from];
  while (next.length > 0) {
    for (const directory of next) asked.add(directory);
    const globs = next.flatMap((directory) =>
      fileNames.map((name) => literalGlob(path.posix.join(directory, name))),
    );
    const found = await readTexts(snapshot, globs);
    for (const file of found) known.set(path.posix.dirname(file.path), referencesOf(file));
    const referred = found.flatMap((file) => known.get(path.posix.dirname(file.path)) ?? []);
    next = [...new Set(referred)].filter((directory) => !asked.has(directory));
  }
  return known;
};

/** What may be a directory with another Kustomization; what lies elsewhere (a URL, outside of the repository) is not. */
const referencesOf = (file: { readonly path: string; readonly text: string }): readonly string[] => {
  const document = tryParse(file.text);
  if (!isMapping(document)) return [];
  return [document.resources, document.bases, document.components]
    .flatMap((list) => (Array.isArray(list) ? (list as readonly unknown[]) : []))
    .filter((entry) => typeof entry === 'string')
    .map((entry) => path.posix.join(path.posix.dirname(file.path), entry).replace(/\/$/, ''))
    .filter((entry) => !entry.startsWith('..') && !entry.includes(':'));
};

const tryParse = (text: string): unknown => {
  try {
    return parse(text);
  } catch {
    return undefined; // Kustomize says what is wrong with it
  }
};

/** The glob that means this one path. */
const literalGlob = (file: string): string => file.replaceAll(/[\\*?[\]{}()!+@|]/g, '\\$&');

/** The globs of all that lies in a directory, hidden files included. */
export const everythingIn = (directory: string): readonly string[] => {
  const prefix = directory === '.' ? '' : `${literalGlob(directory)}/`;
  return [`${prefix}**`, `${prefix}**/.*`];
};

const isWithin = (directory: string, file: string): boolean =>
  directory === '.' || file.startsWith(`${directory}/`);
