import type { Clock } from '../../../lib/clock.ts';
import type { Delivery, WorkloadRef } from '../../../lib/cluster/deliver/deliver.ts';
import type { Rollout, RolloutVerdict } from '../../../lib/cluster/watch/watch-rollout.ts';
import type { Fate } from './fates.ts';

type Running = { readonly tag: string; readonly since: number };

const nameOf = (image: string): string => image.split('/').at(-1) ?? image;

/** Clusters in one: an app's Deployment in each environment's namespace, which takes to a tag as its fate has it. */
export const simulateCluster = (fateOf: (namespace: string, app: string, tag: string) => Fate) => {
  const running = new Map<string, Running>();
  const deliveries: { readonly place: string; readonly tag: string; readonly cause: string }[] = [];
  return {
    deliveries: () => deliveries,
    /** @param place `<namespace>/<app>` */
    tagIn: (place: string): string | undefined => running.get(place)?.tag,
    /** As an invocation reaches it, whose time ends with it. */
    seenBy: (clock: Clock) => ({
      deliver: async (delivery: Delivery): Promise<readonly WorkloadRef[]> => {
        const { namespace, image, tag, changeCause: cause } = delivery;
        const name = nameOf(image);
        const place = `${namespace}/${name}`;
        deliveries.push({ place, tag, cause });
        if (running.get(place)?.tag !== tag) running.set(place, { tag, since: clock.now() });
        return [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name }];
      },
      watchRollout: async (rollout: Rollout): Promise<RolloutVerdict> => {
        const [{ namespace = '', name } = { name: '' }] = rollout.workloads;
        const { tag, until, deadline } = rollout;
        for (;;) {
          const now = clock.now();
          const there = running.get(`${namespace}/${name}`);
          if (there?.tag !== tag) return { type: 'superseded', message: 'another image' };
          const fate = fateOf(namespace, name, tag);
          const doneAt = there.since + fate.rolloutMs;
          if (now >= doneAt) return fate.verdict;
          if (now >= deadline) return { type: 'failed', reason: 'not done in time', diagnosis: [] };
          if (now >= until) return pending(namespace, name);
          await clock.sleep(Math.min(10_000, doneAt - now, deadline - now, until - now));
        }
      },
      setPaused: async (refs: readonly WorkloadRef[]) => refs.map((ref) => ({ ref, changed: false })),
    }),
  };
};

const pending = (namespace: string, name: string): RolloutVerdict => ({
  type: 'pending',
  progress: {
    phase: 'rolling-out',
    message: 'Waiting for the rollout to finish',
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name },
    updated: 1,
    available: 0,
    desired: 1,
  },
});

export type SimulatedCluster = ReturnType<typeof simulateCluster>;
