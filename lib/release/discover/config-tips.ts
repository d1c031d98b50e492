import type { Snapshot } from '../../git/remote.ts';
import type { ImageUse } from '../../manifests/rewrite.ts';
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
 * Where the environment's manifests have the app's image, and with which versions.
 * @throws TagboatError `manifest-…`, `git-…`
 */
export const usesIn = async (
  tip: Snapshot,
  { app, environment }: Target,
  name: string,
): Promise<readonly ImageUse[]> => (await createStagedManifests(tip).find(environment, app.image, name)).uses;
