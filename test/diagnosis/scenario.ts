import type { RolloutVerdict } from '../../lib/cluster/watch/watch-rollout.ts';
import type { Expectation, Fixture } from './fixture.ts';

/** The embedded cluster; a real control plane of Kubernetes 1.20 whose kubelets go by an image's tag. */
export type ClusterName = 'embedded' | 'lab';

export type Scenario = Expectation & {
  /** For the page's comments and the names of tests. */
  readonly name: string;
  /** The heading on the page. */
  readonly title: string;
  /** What it means, and what was done to get it; one line. */
  readonly means: string;
  readonly on: readonly ClusterName[];
  readonly run: (fixture: Fixture) => Promise<RolloutVerdict>;
};

/** Delivers a tag, on top of a healthy release or not, and waits for the verdict. */
export const releaseOf =
  (tag: string, options: Parameters<Fixture['deliver']>[1] & { readonly after?: string } = {}) =>
  async (fixture: Fixture): Promise<RolloutVerdict> => {
    const { after, ...change } = options;
    if (after !== undefined)
      await fixture.start(after, change.kind === undefined ? {} : { kind: change.kind });
    await fixture.deliver(tag, change);
    return await fixture.watch(tag);
  };
