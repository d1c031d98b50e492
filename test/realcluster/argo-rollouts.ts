import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliver } from '../../lib/cluster/deliver/deliver.ts';
import { setPaused } from '../../lib/cluster/deliver/pause.ts';
import type { Rollout, RolloutProgress } from '../../lib/cluster/watch/watch-rollout.ts';
import { playArgo } from './argo.ts';
import { causes, type Fixture, type InNamespace } from './fixture.ts';
import { delivery, manifest, refOf } from './manifest.ts';

const canary = { strategy: { canary: { steps: [{ setWeight: 50 }, { pause: {} }] } } };

/** A Rollout that has its template from the Deployment `web`. */
const referring =
  'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: { name: web }\nspec: { replicas: 1, workloadRef: { apiVersion: apps/v1, kind: Deployment, name: web } }\n';

/** Watches the Rollout `web`. */
const watch = (fixture: Fixture, tag: string, more: Partial<Rollout> = {}) => {
  const told: RolloutProgress[] = [];
  let wake = Promise.withResolvers<void>();
  const verdict = fixture.watch('Rollout', tag, 60, {
    onProgress: (progress) => {
      told.push(progress);
      wake.resolve();
      wake = Promise.withResolvers();
    },
    ...more,
  });
  return {
    verdict,
    told,
    /** Until the latest that was told has these words. */
    saying: async (words: string): Promise<void> => {
      while (told.at(-1)?.message.includes(words) !== true) await wake.promise;
    },
  };
};

/**
 * Argo Rollouts, with its controller played by the test.
 * @param serve sees to it that the cluster serves them, where it does not by itself; answers with what takes that back
 */
export const describeArgoRollouts = (
  inNamespace: InNamespace,
  serve?: () => Promise<() => Promise<void>>,
): void => {
  describe('Argo Rollouts', () => {
    let takeBack: (() => Promise<void>) | undefined;
    beforeAll(async () => {
      takeBack = await serve?.();
    });
    afterAll(() => takeBack?.());

    test('apply: a canary that pauses for promotion, and is healthy after it', () =>
      inNamespace(async (fixture) => {
        const argo = playArgo(fixture);
        const text = manifest('Rollout', '1.0.0', canary);
        const workloads = await deliver(fixture.cluster, delivery(fixture.namespace, '1.0.0', text));
        expect(workloads).toEqual([refOf('Rollout', fixture.namespace)]);
        const { verdict, told, saying } = watch(fixture, '1.0.0', { workloads });
        await saying('waiting for rollout spec update to be observed');
        const hash = await argo.start(2);
        const halfway = { currentPodHash: hash, stableRS: 'before', updatedReplicas: 1 };
        await argo.say({ ...halfway, phase: 'Progressing', message: 'more replicas need to be updated' });
        await saying('Progressing - more replicas need to be updated');
        await argo.say({ ...halfway, phase: 'Paused', message: 'CanaryPauseStep', currentStepIndex: 1 });
        await saying(`kubectl argo rollouts promote web -n ${fixture.namespace}`);
        const full = { updatedReplicas: 2, availableReplicas: 2, stableRS: hash };
        await argo.say({ ...full, phase: 'Healthy', message: '' });
        expect(await verdict).toEqual({ type: 'healthy', message: 'rollout "web" is Healthy', notes: [] });
        expect(told.map(({ phase }) => phase)).toEqual(['applied', 'rolling-out', 'paused']);
      }));

    test('one that Argo aborts has failed, in its words, and with what is wrong with the pods', () =>
      inNamespace(async (fixture) => {
        const argo = playArgo(fixture);
        await deliver(
          fixture.cluster,
          delivery(fixture.namespace, 'crash-1', manifest('Rollout', 'crash-1')),
        );
        const hash = await argo.start(1);
        await argo.say({ currentPodHash: hash, phase: 'Progressing' });
        await fixture.until(async () => JSON.stringify(await fixture.read('pods')).includes('"exitCode":1'));
        const message = 'RolloutAborted: Rollout aborted update to revision 2: metric "errors" failed';
        await argo.say({ currentPodHash: hash, phase: 'Degraded', abort: true, message });
        const verdict = await watch(fixture, 'crash-1').verdict;
        expect(verdict).toMatchObject({ type: 'failed', reason: `rollout "web" is Degraded - ${message}` });
        expect(causes(verdict)).toEqual(['crash-loop', 'rollout-degraded']);
      }));

    test('pods of it that crash are found out before Argo says anything', () =>
      inNamespace(async (fixture) => {
        const argo = playArgo(fixture);
        await deliver(
          fixture.cluster,
          delivery(fixture.namespace, 'crash-1', manifest('Rollout', 'crash-1')),
        );
        const hash = await argo.start(1);
        await argo.say({ currentPodHash: hash, phase: 'Progressing' });
        expect(causes(await watch(fixture, 'crash-1').verdict)).toEqual(['crash-loop']);
      }));

    test('set-image: only the image, with the change cause, and nothing the second time', () =>
      inNamespace(async (fixture) => {
        const { cluster, namespace } = fixture;
        const argo = playArgo(fixture);
        await fixture.apply(manifest('Rollout', '1.0.0', canary));
        const before = await argo.read();
        const release = delivery(namespace, '1.0.1', 'image: acme/okeydokey', 'set-image');
        expect(await deliver(cluster, release)).toEqual([refOf('Rollout', namespace)]);
        const after = await argo.read();
        const text = JSON.stringify(before.spec).replace('acme/okeydokey:1.0.0', 'acme/okeydokey:1.0.1');
        expect(after.spec).toEqual(JSON.parse(text));
        expect(after.metadata.annotations?.['kubernetes.io/change-cause']).toBe('okeydokey 1.0.1 (test)');
        await deliver(cluster, { ...release, changeCause: 'again' });
        expect((await argo.read()).metadata.resourceVersion).toBe(after.metadata.resourceVersion);
      }));

    test('set-image: one that has its template from a Deployment is watched with it', () =>
      inNamespace(async (fixture) => {
        const { cluster, namespace } = fixture;
        const argo = playArgo(fixture);
        await fixture.apply(manifest('Deployment', '1.0.0', { replicas: 0 }));
        await fixture.apply(referring);
        await argo.say({ phase: 'Healthy' });
        const text = manifest('Deployment', '1.0.1', { replicas: 0 });
        const workloads = await deliver(cluster, delivery(namespace, '1.0.1', text, 'set-image'));
        expect(workloads).toEqual([refOf('Deployment', namespace), refOf('Rollout', namespace)]);
        const { verdict, saying } = watch(fixture, '1.0.1', { workloads });
        // What Argo says is still about the template before.
        await saying('to be observed for the reference workload');
        const hash = await argo.start(1);
        await argo.say({ phase: 'Healthy', currentPodHash: hash });
        expect(await verdict).toEqual({
          type: 'healthy',
          message: 'deployment "web" successfully rolled out; rollout "web" is Healthy',
          notes: [],
        });
      }));

    test('agent: is found, waited for, and followed', () =>
      inNamespace(async (fixture) => {
        const { cluster, namespace } = fixture;
        const argo = playArgo(fixture);
        await fixture.apply(manifest('Rollout', '1.0.0'));
        await argo.say({ phase: 'Healthy' });
        const workloads = await deliver(cluster, delivery(namespace, '1.0.1', 'tag: 1.0.1', 'agent'));
        expect(workloads).toEqual([refOf('Rollout', namespace)]);
        const { verdict, told, saying } = watch(fixture, '1.0.1', { mode: 'agent', workloads });
        await saying('to be given acme/okeydokey:1.0.1 (it has acme/okeydokey:1.0.0)');
        await fixture.apply(manifest('Rollout', '1.0.1'));
        await saying('to be observed');
        await argo.say({ phase: 'Healthy', currentPodHash: await argo.start(1) });
        expect((await verdict).type).toBe('healthy');
        expect(told.map(({ phase }) => phase)).toEqual(['waiting-for-agent', 'applied']);
      }));

    test('pause and resume', () =>
      inNamespace(async (fixture) => {
        const { cluster, namespace } = fixture;
        const argo = playArgo(fixture);
        await fixture.apply(manifest('Rollout', '1.0.0'));
        const ref = refOf('Rollout', namespace);
        expect(await setPaused(cluster, [ref], true)).toEqual([{ ref, changed: true }]);
        expect((await argo.read()).spec.paused).toBe(true);
        expect(await setPaused(cluster, [ref], false)).toEqual([{ ref, changed: true }]);
        expect((await argo.read()).spec.paused).toBeUndefined();
        expect(await setPaused(cluster, [ref], false)).toEqual([{ ref, changed: false }]);
      }));
  });
};
