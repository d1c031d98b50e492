import type { Snapshot } from '../../git/remote.ts';
import type { FoundVersion } from '../../view/drift.ts';
import { createStagedManifests } from '../commit/staged-manifests.ts';
import type { Target } from '../model/target.ts';
import type { DiscoverContext } from './context.ts';

/** The config repos as they are now, each asked once in an invocation. */
export type ConfigTips = {
  /** @throws TagboatError `git-…` */
  of(target: Target): Promise<Snapshot>;
};

export const createConfigTips = ({ openRemote }: Pick<DiscoverContext, 'openRemote'>): ConfigTips => {
  const tips = new Map<string, Promise<Snapshot>>();
  return {
    of: ({ environment: { configRepo }, repo }) => {
      const known = tips.get(configRepo);
      if (known !== undefined) return known;
      const asked = openRemote(configRepo, repo).then((remote) => remote.tip({ fresh: true }));
      tips.set(configRepo, asked);
      return asked;
    },
  };
};

/**
 * Every version of the app's image that the environment's manifests have, once each.
 * @throws TagboatError `manifest-…`, `git-…`
 */
export const versionsIn = async (
  tip: Snapshot,
  { app, environment }: Target,
  name: string,
): Promise<readonly FoundVersion[]> => {
  const { uses } = await createStagedManifests(tip).find(environment, app.image, name);
  const versions = new Map(uses.map(({ tag, digest }) => [`${tag}@${digest}`, { tag, digest }]));
  return [...versions.values()];
};
