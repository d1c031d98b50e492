import type { Wanted } from '../../manifests/format.ts';
import { isKustomizationFile } from '../../manifests/kustomize-images.ts';
import {
  refuseStaleReplacements,
  replacementFiles,
  replacementsOf,
} from '../../manifests/kustomize-replacements.ts';
import type { ImageUse } from '../../manifests/rewrite.ts';
import type { ReadFiles, TextFile } from './outside-overlays.ts';

/**
 * Refuses an environment whose kustomizations copy an old version of the image over the new one.
 * @param files of the environment
 * @throws TagboatError `manifest-refused` with the place; `manifest-unparsable`, `git-…`
 */
export const refuseReplacements = async (
  files: readonly TextFile[],
  uses: readonly ImageUse[],
  wanted: Wanted,
  readFiles: ReadFiles,
): Promise<void> => {
  const named = [...new Set(files.flatMap(replacementFiles))];
  const others = named.length === 0 ? [] : await readFiles(named);
  const replacements = [...files.filter(({ path }) => isKustomizationFile(path)), ...others].flatMap(
    replacementsOf,
  );
  refuseStaleReplacements(replacements, files, uses, wanted);
};
