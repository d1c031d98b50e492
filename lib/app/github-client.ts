import { TagboatError } from '../errors.ts';
import type { GithubClient } from '../github/client.ts';
import type { Runtime } from './runtime.ts';

/**
 * GitHub's API with the token of a source that may have its hooks delivered again, by the name of the source.
 * @throws TagboatError `source-unknown` where the source has no `redelivery`
 */
export const createGithub =
  ({ config, secrets, local, clock, logger }: Runtime): ((source: string) => Promise<GithubClient>) =>
  async (source) => {
    const redelivery = config.sources[source]?.redelivery;
    if (redelivery === undefined)
      throw new TagboatError('source-unknown', `no \`sources.${source}.redelivery\` is configured`);
    const [{ apiOf }, { createGithubClient }] = await Promise.all([
      import('../github/api.ts'),
      import('../github/client.ts'),
    ]);
    return createGithubClient({
      base: local?.githubApi ?? apiOf(redelivery.host),
      token: () => secrets.unseal(redelivery.token, `sources/${source}/token`),
      clock,
      logger,
    });
  };
