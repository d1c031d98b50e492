import { describe, expect, it } from 'vitest';
import { workloadPath } from '../../../lib/cluster/objects/objects.ts';
import type { ReleaseOptions } from '../comparison.ts';
import { expectAgreement, expectHealthy, type Harness, impatient } from './harness.ts';
import { kinds } from './kinds.ts';

type Trouble = {
  readonly name: string;
  readonly tag: string;
  readonly options: ReleaseOptions;
  readonly causes: readonly string[];
};

/** kubectl waits for these for ever. */
export const troubles: readonly Trouble[] = [
  { name: 'an image that the registry lacks', tag: 'bad', options: impatient, causes: ['image-pull'] },
  {
    name: 'pods that never become ready',
    tag: 'notready',
    options: impatient,
    causes: ['not-ready', 'timeout'],
  },
  {
    name: 'containers that crash',
    tag: 'crash',
    options: { isInVain: true },
    causes: ['crash-loop'],
  },
];

export const troubledScenarios = ({ inComparison }: Harness, of = kinds, what = troubles): void => {
  describe.each(of)('$kind', ({ kind, done }) => {
    it.each(what)('$name, and the release that mends it', ({ tag, options, causes }) =>
      inComparison(kind, async ({ settle, release }) => {
        await settle('1');

        const outcome = await release(tag, options);

        expectAgreement(outcome, 'fails sooner');
        const { watched } = outcome.poller;
        const found = watched.type === 'failed' ? watched.diagnosis.map(({ cause }) => cause) : [];
        // A busy machine may come to the deadline first, and adds that.
        expect(found.slice(0, causes.length)).toEqual(causes);
        // A StatefulSet whose pod runs and is merely not ready is not freed of it.
        if (kind !== 'StatefulSet' || tag !== 'notready') expectHealthy(await release('2'), done);
      }),
    );
  });
};

export const deletedScenarios = ({ inComparison }: Harness, of = kinds): void => {
  describe.each(of)('$kind', ({ kind }) => {
    it('a workload that is deleted meanwhile', () =>
      inComparison(kind, async ({ cluster, ref, release }) => {
        const outcome = await release('1', {
          ready: 'never',
          // Its patience with a workload that is away is 10 s.
          haste: 10,
          meanwhile: () => cluster.write({ method: 'DELETE', path: workloadPath(ref) }),
        });

        expectAgreement(outcome, 'deleted');
        expect(outcome.poller.watched).toMatchObject({
          type: 'failed',
          reason: `${kind.toLowerCase()} "web" is not in the cluster`,
          diagnosis: [{ cause: 'workload-missing' }],
        });
      }));
  });
};

export const exceededScenarios = (
  { inComparison }: Harness,
  tags: readonly string[] = ['bad', 'notready'],
): void => {
  it.each(tags)('a Deployment of tag %s that exceeds its progress deadline', (tag) =>
    inComparison('Deployment', async ({ settle, release }) => {
      const reason = 'deployment "web" exceeded its progress deadline';
      await settle('1');

      const outcome = await release(tag, { spec: { progressDeadlineSeconds: 2 } });

      expectAgreement(outcome);
      expect(outcome.kubectl).toMatchObject({ code: 1, error: `error: ${reason}` });
      expect(outcome.poller.watched).toMatchObject({ type: 'failed', reason });
    }),
  );
};

/** Rollouts that end badly. */
export const failingScenarios = (harness: Harness): void => {
  troubledScenarios(harness);
  deletedScenarios(harness);
  exceededScenarios(harness);
};
