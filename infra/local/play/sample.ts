import { existsSync } from 'node:fs';
import type { EnvironmentConfig } from '../../../lib/config/types.ts';
import { satisfies } from '../../../lib/release/model/tag-policy.ts';
import type { Stack } from '../stack/types.ts';
import { tagPushHook } from './hook.ts';
import { githubSecret } from './play.ts';
import { currentTag, listReleases, nextTag, readManifests, tagsOf } from './target.ts';

/** Where nothing was ever released; the first that the policy lets through. */
const firstTags = ['v0.0.1', '0.0.1', 'v1.0.0', '1.0.0', 'main-0000001'];

/**
 * A hook that releases something under the user's own tagboat.yml: the next tag of the first app whose tags GitHub tells
 * of. Undefined where there is none, or no tag that its policy lets through comes to mind.
 */
export const sampleHook = async (stack: Stack) => {
  if (stack.config.sources.github === undefined) return undefined;
  for (const [app, { image, repository, environments }] of Object.entries(stack.config.apps))
    for (const [name, environment] of Object.entries(environments)) {
      if (repository === undefined || environment.on !== 'tag-push') continue;
      const { good, tried } = tagsOf(await listReleases(stack, { app, environment: name }));
      const current = await standing(stack, image, environment);
      const tag = firstTags
        .map((first) => nextTag([current, ...good], tried, first))
        .find((candidate) => satisfies(environment.tags, candidate));
      if (tag === undefined) continue;
      return { app, tag, hook: tagPushHook(stack, await githubSecret(stack), { repository, tag }) };
    }
  return undefined;
};

/** The tag in the config repo, where that lies on this machine. */
const standing = async (
  stack: Stack,
  image: string,
  environment: EnvironmentConfig,
): Promise<string | undefined> => {
  const branch = stack.config.configRepos[environment.configRepo]?.branch;
  try {
    const configRepo = stack.git.path(environment.configRepo);
    if (branch === undefined || !existsSync(configRepo)) return undefined;
    return currentTag({ image }, await readManifests({ configRepo, branch }));
  } catch {
    return undefined; // no such branch, or no manifests yet
  }
};
