import { TagboatError } from '../errors.ts';
import type { GitTag, TagLister } from '../git/list-tags.ts';
import { once } from '../once.ts';
import type { Runtime } from './runtime.ts';

/**
 * Lists the tags of apps' Git repositories, by the name that an app has in tagboat.yml (`github.com/owner/name`), with the
 * credentials of `gitHosts`.
 * @throws TagboatError what `unseal` and `createTagLister` throw
 */
export const createAppRepositories = ({
  config,
  secrets,
  clock,
  logger,
}: Runtime): ((repository: string) => Promise<readonly GitTag[]>) => {
  const load = once(async (): Promise<TagLister> => {
    const { createTagLister } = await import('../git/list-tags.ts');
    return createTagLister({ clock, logger });
  });
  /** How the URLs of repositories end that were found. */
  const suffixes = new Map<string, string>();

  return async (repository) => {
    const host = repository.slice(0, repository.indexOf('/'));
    const { endpoint = `https://${host}`, username, password } = config.gitHosts?.[host] ?? {};
    const unsealed = password && (await secrets.unseal(password, `gitHosts/${host}/password`));
    const credentials =
      unsealed === undefined ? undefined : { username: username ?? 'x-access-token', password: unsealed };
    const list = await load();
    const base = `${endpoint}/${repository.slice(host.length + 1)}`;
    const known = suffixes.get(repository);
    for (const suffix of known === undefined ? ['.git', ''] : [known])
      try {
        const tags = await list(`${base}${suffix}`, { credentials });
        suffixes.set(repository, suffix);
        return tags;
      } catch (error) {
        suffixes.delete(repository);
        // Azure DevOps, for one, knows no repository by a name that ends in `.git`.
        if (!(error instanceof TagboatError) || error.code !== 'git-not-found' || suffix === '') throw error;
      }
    throw new TagboatError('git-not-found', `${host} has no repository ${repository}`);
  };
};
