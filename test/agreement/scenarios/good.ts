import { describe, expect, it } from 'vitest';
import type { WorkloadKind } from '../../../lib/cluster/objects/objects.ts';
import type { ReleaseOptions } from '../comparison.ts';
import { report } from '../disagreements.ts';
import { expectHealthy, type Harness } from './harness.ts';
import { doneOf, kinds } from './kinds.ts';

type Variant = {
  readonly name: string;
  readonly kind: WorkloadKind;
  readonly options: ReleaseOptions;
  /** Where it is not that of the kind. */
  readonly done?: string;
};

const deployment = (name: string, spec: Readonly<Record<string, unknown>>): Variant => ({
  ...{ name, kind: 'Deployment', options: { spec } },
});
const surge = (maxSurge: number | string, maxUnavailable: number | string): Variant =>
  deployment(`maxSurge ${maxSurge}, maxUnavailable ${maxUnavailable}`, {
    strategy: { rollingUpdate: { maxSurge, maxUnavailable } },
  });
const partitioned = (partition: number): Variant => ({
  ...{ name: `partition ${partition}`, kind: 'StatefulSet' },
  options: { spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } } } },
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
    options: { spec: { podManagementPolicy: 'Parallel' } },
  },
  {
    name: 'all nodes at once',
    kind: 'DaemonSet',
    options: { spec: { updateStrategy: { rollingUpdate: { maxUnavailable: '100%' } } } },
  },
  { name: 'minReadySeconds', kind: 'DaemonSet', options: { spec: { minReadySeconds: 1 } } },
];

const nothing: readonly Variant[] = [
  { ...deployment('no replicas', { replicas: 0 }), done: 'deployment "web" successfully rolled out' },
  {
    name: 'no replicas',
    kind: 'StatefulSet',
    options: { spec: { replicas: 0 } },
    done: 'partitioned roll out complete: 0 new pods have been updated...',
  },
  {
    name: 'no node',
    kind: 'DaemonSet',
    options: { pod: { nodeSelector: { disk: 'none-such' } } },
    done: 'daemon set "web" successfully rolled out',
  },
];

/** Pods that come one after another, each held back until both have said so. */
export const slowScenarios = ({ inComparison }: Harness, of = kinds): void => {
  describe.each(of)('$kind', ({ kind, done, steps, oneByOne }) => {
    it('a slow release, at every step', () =>
      inComparison(kind, async ({ settle, release }) => {
        await settle('1', { spec: oneByOne });

        const outcome = await release('2', { spec: oneByOne, ready: 'step' });

        expectHealthy(outcome, done);
        expect(outcome.steps, report(outcome)).toEqual(steps);
      }));
  });
};

/** Rollouts that end well. */
export const goodScenarios = (harness: Harness): void => {
  const { inComparison } = harness;
  slowScenarios(harness);

  describe.each(kinds)('$kind', ({ kind, done }) => {
    it('a good first release, and a good one after it', () =>
      inComparison(kind, async ({ release }) => {
        expectHealthy(await release('1', { ready: 'watched' }), done);
        expectHealthy(await release('2', { ready: 'watched' }), done);
      }));

    it('one that is out already when both begin to look', () =>
      inComparison(kind, async ({ settle, release }) => {
        await settle('1');
        expectHealthy(await release('1'), done);
      }));
  });

  it.each(variants)('$kind: $name', ({ kind, options, done = doneOf(kind) }) =>
    inComparison(kind, async ({ settle, release }) => {
      await settle('1', options);
      expectHealthy(await release('2', { ...options, ready: 'watched' }), done);
    }),
  );

  it.each(nothing)('$kind: $name, at first and after some', ({ kind, options, done = doneOf(kind) }) =>
    inComparison(kind, async ({ settle, release }) => {
      expectHealthy(await release('1', options), done);
      await settle('2');
      expectHealthy(await release('3', options), done);
    }),
  );
};
