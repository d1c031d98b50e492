import { describe, expect, it } from 'vitest';
import type { WorkloadKind } from '../../../lib/cluster/objects/objects.ts';
import { report } from '../compare.ts';
import type { Scenario } from '../side-by-side.ts';
import { type Arena, expectHealthy } from './arena.ts';
import { doneOf, kinds } from './kinds.ts';

type Variant = {
  readonly name: string;
  readonly kind: WorkloadKind;
  readonly scenario: Scenario;
  /** Where it is not that of the kind. */
  readonly done?: string;
};

const deployment = (name: string, spec: Readonly<Record<string, unknown>>): Variant => ({
  ...{ name, kind: 'Deployment', scenario: { spec } },
});
const surge = (maxSurge: number | string, maxUnavailable: number | string): Variant =>
  deployment(`maxSurge ${maxSurge}, maxUnavailable ${maxUnavailable}`, {
    strategy: { rollingUpdate: { maxSurge, maxUnavailable } },
  });
const partitioned = (partition: number): Variant => ({
  ...{ name: `partition ${partition}`, kind: 'StatefulSet' },
  scenario: { spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } } } },
  // A partition beyond the last pod leaves all of them as they are.
  done: `partitioned roll out complete: ${Math.max(0, 3 - partition)} new pods have been updated...`,
});

const variants: readonly Variant[] = [
  surge(0, 1),
  surge(2, 1),
  surge('100%', 0),
  surge('25%', '50%'),
  deployment('Recreate', { strategy: { type: 'Recreate' } }),
  deployment('one replica', { replicas: 1 }),
  deployment('minReadySeconds', { minReadySeconds: 1 }),
  partitioned(1),
  partitioned(3),
  partitioned(4),
  {
    name: 'Parallel',
    kind: 'StatefulSet',
    scenario: { spec: { podManagementPolicy: 'Parallel' } },
  },
  {
    name: 'all nodes at once',
    kind: 'DaemonSet',
    scenario: { spec: { updateStrategy: { rollingUpdate: { maxUnavailable: '100%' } } } },
  },
  { name: 'minReadySeconds', kind: 'DaemonSet', scenario: { spec: { minReadySeconds: 1 } } },
];

const nothing: readonly Variant[] = [
  { ...deployment('no replicas', { replicas: 0 }), done: 'deployment "web" successfully rolled out' },
  {
    name: 'no replicas',
    kind: 'StatefulSet',
    scenario: { spec: { replicas: 0 } },
    done: 'partitioned roll out complete: 0 new pods have been updated...',
  },
  {
    name: 'no node',
    kind: 'DaemonSet',
    scenario: { pod: { nodeSelector: { disk: 'none-such' } } },
    done: 'daemon set "web" successfully rolled out',
  },
];

/** Pods that come one after another, each held back until both have said so. */
export const slowContests = ({ inContest }: Arena, of = kinds): void => {
  describe.each(of)('$kind', ({ kind, done, steps, oneByOne }) => {
    it('a slow release, at every step', () =>
      inContest(kind, async ({ settle, release }) => {
        await settle('1', { spec: oneByOne });

        const outcome = await release('2', { spec: oneByOne, ready: 'step' });

        expectHealthy(outcome, done);
        expect(outcome.steps, report(outcome)).toEqual(steps);
      }));
  });
};

/** Rollouts that end well. */
export const goodContests = (arena: Arena): void => {
  const { inContest } = arena;
  slowContests(arena);

  describe.each(kinds)('$kind', ({ kind, done }) => {
    it('a good first release, and a good one after it', () =>
      inContest(kind, async ({ release }) => {
        expectHealthy(await release('1', { ready: 'watched' }), done);
        expectHealthy(await release('2', { ready: 'watched' }), done);
      }));

    it('one that is out already when both begin to look', () =>
      inContest(kind, async ({ settle, release }) => {
        await settle('1');
        expectHealthy(await release('1'), done);
      }));
  });

  it.each(variants)('$kind: $name', ({ kind, scenario, done = doneOf(kind) }) =>
    inContest(kind, async ({ settle, release }) => {
      await settle('1', scenario);
      expectHealthy(await release('2', { ...scenario, ready: 'watched' }), done);
    }),
  );

  it.each(nothing)('$kind: $name, at first and after some', ({ kind, scenario, done = doneOf(kind) }) =>
    inContest(kind, async ({ settle, release }) => {
      expectHealthy(await release('1', scenario), done);
      await settle('2');
      expectHealthy(await release('3', scenario), done);
    }),
  );
};
