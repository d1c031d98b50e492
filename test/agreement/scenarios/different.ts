import { describe, expect, it } from 'vitest';
import { workloadPath } from '../../../lib/cluster/objects/objects.ts';
import { type Comparison, type Outcome, pausedPrefix } from '../comparison.ts';
import { report } from '../disagreements.ts';
import { expectAgreement, expectHealthy, type Harness } from './harness.ts';
import { kinds } from './kinds.ts';

const onDelete = { spec: { updateStrategy: { type: 'OnDelete' } } };

const onDeleteKinds = [
  {
    kind: 'StatefulSet',
    waiting: /^statefulset "web" waits for a person: 3 of 3 pods still run the old template/,
    done: /^statefulset rolling update complete 3 pods at revision web-[0-9a-z]+\.\.\.$/,
  },
  {
    kind: 'DaemonSet',
    waiting: /^daemon set "web" waits for a person: 2 of 2 pods still run the old template/,
    done: /^daemon set "web" successfully rolled out$/,
  },
] as const;

const deletePods = ({ cluster, namespace }: Comparison): Promise<void> =>
  cluster.write({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}/pods` });

export const followedScenarios = ({ inComparison }: Harness, of = kinds): void => {
  describe.each(of)('$kind', ({ kind, done }) => {
    it('another template meanwhile: kubectl follows it, the poller says superseded', () =>
      inComparison(kind, async ({ settle, bring, release, image }) => {
        await settle('1');

        const outcome = await release('2', {
          ready: 'afterwards',
          meanwhile: async () => {
            await bring('3');
          },
        });

        expectAgreement(outcome, 'follows');
        expect(outcome.kubectl.lines.at(-1)).toBe(done);
        expect(outcome.poller.watched).toEqual({
          type: 'superseded',
          message: `${kind.toLowerCase()} "web" was given ${image}:3 meanwhile`,
        });
      }));
  });
};

export const pausedScenarios = ({ inComparison }: Harness): void => {
  it('a paused Deployment: both wait, the poller says why', () =>
    inComparison('Deployment', async ({ cluster, ref, settle, release }) => {
      await settle('1');

      const outcome = await release('2', {
        spec: { paused: true },
        meanwhile: () =>
          cluster.write({ method: 'PATCH', path: workloadPath(ref), body: { spec: { paused: false } } }),
      });

      expectHealthy(outcome, 'deployment "web" successfully rolled out');
      expect(outcome.poller.messages, report(outcome)).toContain(
        `${pausedPrefix('web')}Waiting for deployment "web" rollout to finish: 0 out of 3 new replicas have been updated...`,
      );
    }));
};

export const availabilityScenarios = ({ inComparison }: Harness): void => {
  it('a StatefulSet with minReadySeconds: kubectl is content with ready pods, the poller waits', ({ skip }) =>
    inComparison('StatefulSet', async ({ cluster, settle, release }) => {
      skip(!cluster.hasStatefulSetAvailability, 'its StatefulSets do not know minReadySeconds');
      await settle('1');

      const outcome = await release('2', { spec: { minReadySeconds: 2 }, ready: 'watched' });

      expectAgreement(outcome, 'waits for availability');
    }));
};

/** Where the poller says something else than kubectl, and means to: what exactly. */
export const differentScenarios = (harness: Harness): void => {
  const { inComparison } = harness;
  followedScenarios(harness);
  pausedScenarios(harness);
  availabilityScenarios(harness);

  describe.each(kinds)('$kind', ({ kind, done }) => {
    it('an undo while the release still rolls: it wins', () =>
      inComparison(kind, async ({ settle, release }) => {
        await settle('1');
        let undo: Promise<Outcome> | undefined;

        const overtaken = await release('2', {
          ready: 'afterwards',
          meanwhile: async () => {
            undo = release('1', { ready: 'watched' });
          },
        });

        expectAgreement(overtaken, 'follows');
        expectHealthy((await undo) ?? overtaken, done);
      }));
  });

  it.each(onDeleteKinds)('$kind OnDelete: kubectl refuses, the poller waits', ({ kind, waiting, done }) =>
    inComparison(kind, async (comparison) => {
      expectAgreement(await comparison.release('1', onDelete), 'on delete');

      const outcome = await comparison.release('2', { ...onDelete, meanwhile: () => deletePods(comparison) });

      expectAgreement(outcome, 'on delete');
      expect(outcome.poller.messages, report(outcome)).toContainEqual(expect.stringMatching(waiting));
      expect(outcome.poller.watched).toMatchObject({ type: 'healthy', message: expect.stringMatching(done) });
    }),
  );
};
