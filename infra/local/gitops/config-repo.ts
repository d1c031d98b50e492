import type { Clock } from '../../../lib/clock.ts';
import type { ManifestFile } from '../../../lib/cluster/deliver/deliver.ts';
import type { ConfigRepo } from '../../../lib/config/types.ts';
import { createObjectCache, openRemote, type Remote, type Snapshot } from '../../../lib/git/remote.ts';
import type { Logger } from '../../../lib/logger.ts';

type Reader = {
  readonly unseal: (reference: string, slot: string) => Promise<string>;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
  readonly signal: AbortSignal;
};

/**
 * A config repo as Tagboat itself reads it, over HTTP and without a clone.
 * @throws what `unseal` throws, and TagboatError `git-unsupported`, `git-branch-not-found`
 */
export const openConfigRepo = async (
  name: string,
  { url, branch, username = 'x-access-token', password }: ConfigRepo,
  { unseal, logger, clock, signal }: Reader,
): Promise<Remote> => {
  const unsealed =
    password === undefined ? undefined : await unseal(password, `configRepos/${name}/password`);
  const credentials = unsealed === undefined ? undefined : { username, password: unsealed };
  return openRemote({
    ...{ url, branch, credentials, logger, signal, cache: createObjectCache() },
    ...(clock === undefined ? {} : { clock }),
  });
};

/** The files that globs mean, without those that are not UTF-8: they are no manifests. */
export const readTexts = async (
  snapshot: Snapshot,
  globs: readonly string[],
): Promise<readonly ManifestFile[]> => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const texts: ManifestFile[] = [];
  for (const file of await snapshot.files(globs)) {
    const bytes = await snapshot.read(file);
    try {
      texts.push({ path: file.path, text: decoder.decode(bytes) });
    } catch {}
  }
  return texts;
};
