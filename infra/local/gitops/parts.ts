import type { Remote, Snapshot } from '../../../lib/git/remote.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { Synced, Target } from './types.ts';

export type SynchroniseOptions = {
  /** What the commit runs counts as pushed to the local registry, as it does when the stack starts. */
  readonly imagesArePresent: boolean;
  /** The fingerprint of what was applied already: where that is the same, nothing is. */
  readonly applied?: string | undefined;
};

/** What the start and the agent have in common. */
export type Parts = {
  /** Opens a config repo of the configuration. @throws TagboatError `git-…`, `secret-…` */
  open(name: string): Promise<Remote>;
  /** Brings a target to what a commit says; what goes wrong is the outcome. */
  synchronise(snapshot: Snapshot, target: Target, options: SynchroniseOptions): Promise<Synced>;
  /** Aborted when the stack ends. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
};
