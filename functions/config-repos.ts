import type { ConfigRepo } from '../lib/config/types.ts';
import { createObjectCache } from '../lib/git/object-cache.ts';
import { openRemote, type Remote } from '../lib/git/remote.ts';
import type { Runtime } from './runtime.ts';

/** Config repos by name. Objects and tips are kept between warm invocations; a push verifies them by compare-and-swap. */
export const createConfigRepos = ({
  secrets,
  clock,
  logger,
}: Runtime): ((name: string, repo: ConfigRepo) => Promise<Remote>) => {
  const cache = createObjectCache();
  return async (name, { url, branch, username, password }) => {
    const unsealed =
      password === undefined ? undefined : await secrets.unseal(password, `configRepos/${name}/password`);
    return openRemote({
      url,
      branch,
      clock,
      logger,
      cache,
      ...(unsealed === undefined
        ? {}
        : { credentials: { username: username ?? 'x-access-token', password: unsealed } }),
    });
  };
};
