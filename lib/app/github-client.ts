import { TagboatError } from '../errors.ts';
import type { GithubClient } from '../github/client.ts';
import { once } from '../once.ts';
import type { Runtime } from './runtime.ts';

/**
 * GitHub's API with the token that may have hooks delivered again.
 * @throws TagboatError `source-unknown` without `sources.github.redelivery`, when it is first called
 */
export const createGithub = ({
  config,
  secrets,
  local,
  clock,
  logger,
}: Runtime): (() => Promise<GithubClient>) =>
  once(async () => {
    const redelivery = config.sources.github?.redelivery;
    if (redelivery === undefined)
      throw new TagboatError('source-unknown', 'no `sources.github.redelivery` is configured');
    const [{ apiOf }, { createGithubClient }] = await Promise.all([
      import('../github/api.ts'),
      import('../github/client.ts'),
    ]);
    return createGithubClient({
      base: local?.githubApi ?? apiOf(redelivery.host),
      token: () => secrets.unseal(redelivery.token, 'sources/github/token'),
      clock,
      logger,
    });
  });
