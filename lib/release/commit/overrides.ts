import type { Site, Wanted } from '../../manifests/format.ts';
import { patchFiles } from '../../manifests/overrides.ts';
import { refuseStaleOverrides } from '../../manifests/stale-overrides.ts';
import type { ReadFiles, TextFile } from './outside-overlays.ts';

/**
 * Refuses an environment in which something puts an old version over the image without naming it.
 * @param files of the environment, and what is laid over them from outside
 * @throws TagboatError `manifest-refused` with the place; `manifest-unparsable`, `git-…`
 */
export const refuseOverrides = async (
  files: readonly TextFile[],
  sites: readonly Site[],
  wanted: Wanted,
  readFiles: ReadFiles,
): Promise<void> => {
  const known = new Set(files.map(({ path }) => path));
  const named = [...new Set(files.flatMap(patchFiles))].filter((path) => !known.has(path));
  const others = named.length === 0 ? [] : await readFiles(named);
  refuseStaleOverrides([...files, ...others], sites, wanted);
};
