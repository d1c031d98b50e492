import type { ConfigRepo } from '../config/types.ts';
import { createObjectCache } from '../git/object-cache.ts';
import { createCommitSigner, openRemote, type Remote } from '../git/remote.ts';
import type { Runtime } from './runtime.ts';

/**
 * Config repos by name, with what it takes to push to them and to sign (where `signs`). Objects and tips are kept between warm invocations;
 * a push verifies them by compare-and-swap. Throws what `unseal` throws, and TagboatError `git-signing-key-invalid`.
 */
export const createConfigRepos = (
  { secrets, clock, logger }: Runtime,
  { signs = true }: { readonly signs?: boolean } = {},
): ((name: string, repo: ConfigRepo) => Promise<Remote>) => {
  const cache = createObjectCache();
  return async (name, { url, branch, username, password, commit }) => {
    const unseal = async (reference: string | undefined, key: string) =>
      reference === undefined ? undefined : await secrets.unseal(reference, `configRepos/${name}/${key}`);
    const [unsealed, signingKey] = await Promise.all([
      unseal(password, 'password'),
      unseal(signs ? commit?.signingKey : undefined, 'signingKey'),
    ]);
    return openRemote({
      url,
      branch,
      clock,
      logger,
      cache,
      sign:
        signingKey === undefined
          ? undefined
          : createCommitSigner(signingKey, `configRepos/${name}/signingKey`),
      ...(unsealed === undefined
        ? {}
        : { credentials: { username: username ?? 'x-access-token', password: unsealed } }),
    });
  };
};
