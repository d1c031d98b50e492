import type { ConfigRepo } from '../../config/types.ts';
import type { GitTag } from '../../git/list-tags.ts';
import type { Remote } from '../../git/remote.ts';
import type { RegistryClient } from '../../registry/client.ts';
import type { Context } from '../queue/context.ts';

export type DiscoverContext = Context & {
  readonly registry: () => Promise<RegistryClient>;
  /** The tags of an app's Git repository, by its name in tagboat.yml. */
  readonly gitTags: (repository: string) => Promise<readonly GitTag[]>;
  readonly openRemote: (name: string, repo: ConfigRepo) => Promise<Pick<Remote, 'tip'>>;
};

/** The name of a source, in the place of that of a hook. */
export const reconcileSource = 'reconcile';
