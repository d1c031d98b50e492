import { TagboatError } from '../../errors.ts';
import { kustomizationNames, overlaysOf } from '../../manifests/kustomize-references.ts';
import { findImage } from '../../manifests/rewrite.ts';

export type TextFile = { readonly path: string; readonly text: string };

/** Reads files by their paths; those that are not there are left out. */
export type ReadFiles = (paths: readonly string[]) => Promise<readonly TextFile[]>;

/** Components may name components. */
const maxDepth = 5;

/**
 * Refuses an environment whose kustomizations lay something over its files that sets the image and is not among them: it
 * would stay as it is, and win (https://github.com/kubernetes-sigs/kustomize/issues/1281).
 * @param files of the environment
 * @returns what else their kustomizations lay over them
 * @throws TagboatError `manifest-refused` with the place; `manifest-unparsable`, `git-…`
 */
export const refuseOutsideOverlays = async (
  files: readonly TextFile[],
  { image, app }: { readonly image: string; readonly app: string },
  readFiles: ReadFiles,
): Promise<readonly TextFile[]> => {
  const outside: TextFile[] = [];
  const known = new Set(files.map(({ path }) => path));
  let level: readonly TextFile[] = files;
  for (let depth = 0; depth < maxDepth && level.length > 0; depth += 1) {
    const overlays = level.map((file) => overlaysOf(file, { image, app }));
    const named = [
      ...overlays.flatMap((one) => one.files),
      ...overlays.flatMap((one) => one.directories).flatMap(kustomizationsIn),
    ].filter((path) => !known.has(path));
    if (named.length === 0) break;
    level = await readFiles([...new Set(named)]);
    for (const file of level) {
      known.add(file.path);
      outside.push(file);
      const [use] = findImage(file, image, app);
      if (use !== undefined)
        throw new TagboatError(
          'manifest-refused',
          'a kustomization lays this over the image, and the file is not among `files`; add it there',
          { at: { file: file.path, line: use.line, column: use.column } },
        );
    }
  }
  return outside;
};

const kustomizationsIn = (directory: string): readonly string[] =>
  kustomizationNames.map((name) => (directory === '' ? name : `${directory}/${name}`));

/** Finds files by their exact paths with what finds files by globs. */
export const globsOf = (paths: readonly string[]): readonly string[] =>
  paths.map((path) => path.replace(/[\\*?[\]{}()!+@|^$]/g, '\\$&'));
