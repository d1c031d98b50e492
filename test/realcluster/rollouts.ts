import { describe, expect, test } from 'vitest';
import { deliver } from '../../lib/cluster/deliver/deliver.ts';
import { causes, type InNamespace, release } from './fixture.ts';
import { delivery, kinds, manifest } from './manifest.ts';

const withImage = (image: string) => ({
  spec: { template: { spec: { containers: [{ name: 'web', image }] } } },
});

/** What `kubectl rollout status` and the poller make of rollouts. */
export const describeRollouts = (inNamespace: InNamespace): void => {
  describe.each(kinds)('%s', (kind) => {
    test('a good first release and a good second one are healthy, in the words of kubectl', () =>
      inNamespace(async (fixture) => {
        for (const tag of ['1.0.0', '1.0.1']) {
          const { verdict, kubectlSays } = await release(fixture, kind, tag);
          expect(verdict).toEqual({ type: 'healthy', message: kubectlSays?.last, notes: [] });
          expect(kubectlSays?.code).toBe(0);
        }
      }));

    test('an image that cannot be pulled fails before the timeout, with the registry’s words', () =>
      inNamespace(async (fixture) => {
        await release(fixture, kind, '1.0.0', { judge: '' });
        const { verdict, kubectlSays } = await release(fixture, kind, 'bad-1', { judge: 'in vain' });
        expect(verdict.type).toBe('failed');
        expect(causes(verdict)[0]).toBe('image-pull');
        expect(JSON.stringify(verdict)).toContain('not found');
        expect(kubectlSays?.code).toBeNull();
      }));

    test('a crash loop fails with exit code and log', () =>
      inNamespace(async (fixture) => {
        await release(fixture, kind, '1.0.0', { judge: '' });
        const { verdict } = await release(fixture, kind, 'crash-1', { seconds: 60, judge: '' });
        expect(causes(verdict)[0]).toBe('crash-loop');
        expect(JSON.stringify(verdict)).toContain('exit code 1');
        expect(JSON.stringify(verdict)).toContain('log: ');
      }));

    test('pods that never become ready fail at the deadline', () =>
      inNamespace(async (fixture) => {
        const { verdict, kubectlSays } = await release(fixture, kind, 'notready-1', {
          ...{ seconds: 8, judge: 'in vain' },
        });
        expect(causes(verdict)).toEqual(['not-ready', 'timeout']);
        expect(kubectlSays?.code).toBeNull();
      }));
  });

  test('a progress deadline is a failure, as kubectl says', () =>
    inNamespace(async (fixture) => {
      const { verdict, kubectlSays } = await release(fixture, 'Deployment', 'notready-1', {
        spec: { progressDeadlineSeconds: 5 },
      });
      expect(kubectlSays).toEqual({
        code: 1,
        last: 'error: deployment "web" exceeded its progress deadline',
      });
      expect(verdict).toMatchObject({
        type: 'failed',
        reason: 'deployment "web" exceeded its progress deadline',
      });
      expect(causes(verdict)).toEqual(['not-ready', 'progress-deadline']);
    }));

  test('a good release after a failed one is healthy', () =>
    inNamespace(async (fixture) => {
      const spec = { progressDeadlineSeconds: 5 };
      const failed = await release(fixture, 'Deployment', 'notready-1', { spec });
      expect(failed.verdict.type).toBe('failed');
      const mended = await release(fixture, 'Deployment', '1.0.1', { spec });
      expect(mended.verdict).toEqual({
        type: 'healthy',
        message: 'deployment "web" successfully rolled out',
        notes: [],
      });
    }));

  test('a slow release is pending until it is healthy', () =>
    inNamespace(async (fixture) => {
      const { cluster, namespace } = fixture;
      const text = manifest('Deployment', '1.0.0', { minReadySeconds: 4 });
      await deliver(cluster, delivery(namespace, '1.0.0', text));
      const first = await fixture.watch('Deployment', '1.0.0', 60, { until: fixture.clock(1).now() + 1000 });
      expect(first).toMatchObject({ type: 'pending', progress: { desired: 2, available: 0 } });
      const second = await fixture.watch('Deployment', '1.0.0', 60);
      expect(second.type).toBe('healthy');
    }));

  test('a partitioned StatefulSet is done when the pods beyond the partition are', () =>
    inNamespace(async (fixture) => {
      const spec = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } };
      await release(fixture, 'StatefulSet', '1.0.0', { spec });
      const { verdict, kubectlSays } = await release(fixture, 'StatefulSet', '1.0.1', { spec });
      expect(verdict).toEqual({
        type: 'healthy',
        message: 'partitioned roll out complete: 1 new pods have been updated...',
        notes: [],
      });
      expect(kubectlSays).toEqual({ code: 0, last: verdict.type === 'healthy' ? verdict.message : '' });
    }));

  test.for(['StatefulSet', 'DaemonSet'] as const)(
    'a %s OnDelete waits for a person, and is healthy when its pods have been deleted by hand',
    (kind) =>
      inNamespace(async (fixture) => {
        const { cluster, namespace } = fixture;
        const spec = { updateStrategy: { type: 'OnDelete' } };
        await release(fixture, kind, '1.0.0', { spec, judge: '' });
        await deliver(cluster, delivery(namespace, '1.0.1', manifest(kind, '1.0.1', spec)));
        const before = await fixture.watch(kind, '1.0.1', 60, { until: fixture.clock(1).now() + 2000 });
        expect(before).toMatchObject({
          type: 'pending',
          progress: {
            phase: 'waiting-for-person',
            message: expect.stringMatching(
              /waits for a person: (\d+) of \1 pods still run the old template, and its updateStrategy is OnDelete/,
            ),
          },
        });
        await fixture.remove('pods');
        expect((await fixture.watch(kind, '1.0.1', 60)).type).toBe('healthy');
      }),
  );

  test('an undo frees a StatefulSet from the broken pod that blocks it', () =>
    inNamespace(async (fixture) => {
      await release(fixture, 'StatefulSet', '1.0.0', { judge: '' });
      const failed = await release(fixture, 'StatefulSet', 'crash-1', { judge: '' });
      expect(failed.verdict.type).toBe('failed');
      const undone = await release(fixture, 'StatefulSet', '1.0.0', { judge: '' });
      expect(undone.verdict.type).toBe('healthy');
    }));

  test('an undo frees a StatefulSet from the pod that never became ready', () =>
    inNamespace(async (fixture) => {
      await release(fixture, 'StatefulSet', '1.0.0', { judge: '' });
      const failed = await release(fixture, 'StatefulSet', 'notready-1', { seconds: 4, judge: '' });
      expect(failed.verdict.type).toBe('failed');
      const { cluster, namespace } = fixture;
      await deliver(cluster, delivery(namespace, '1.0.0', manifest('StatefulSet', '1.0.0')));
      // The patience with it is over.
      const ours = fixture.clock(1);
      const clock = { ...ours, now: () => ours.now() + 60_000 };
      expect((await fixture.watch('StatefulSet', '1.0.0', 120, { clock })).type).toBe('healthy');
    }));

  test('a paused Deployment says so', () =>
    inNamespace(async (fixture) => {
      await release(fixture, 'Deployment', '1.0.0', { judge: '' });
      const { verdict, messages } = await release(fixture, 'Deployment', '1.0.1', {
        spec: { paused: true },
        seconds: 3,
        judge: '',
      });
      expect(messages[0]).toContain('deployment "web" is paused (spec.paused) and waits for somebody');
      expect(causes(verdict)).toEqual(['paused', 'timeout']);
    }));

  test('a readiness gate that is never opened', () =>
    inNamespace(async (fixture) => {
      const { verdict } = await release(fixture, 'Deployment', '1.0.0', {
        pod: { readinessGates: [{ conditionType: 'example.com/in-service' }] },
        seconds: 6,
        judge: '',
      });
      expect(causes(verdict)).toEqual(['readiness-gate', 'timeout']);
    }));

  test('pods that no node takes', () =>
    inNamespace(async (fixture) => {
      const { verdict } = await release(fixture, 'Deployment', '1.0.0', {
        pod: { nodeSelector: { disk: 'none-such' } },
        seconds: 5,
        judge: '',
      });
      expect(causes(verdict)).toEqual(['unschedulable', 'timeout']);
    }));

  test('another image meanwhile supersedes the release', () =>
    inNamespace(async (fixture) => {
      const { cluster, namespace } = fixture;
      await deliver(cluster, delivery(namespace, 'notready-1', manifest('Deployment', 'notready-1')));
      const watching = fixture.watch('Deployment', 'notready-1', 60);
      await fixture.patch('deployments/web', withImage('acme/okeydokey:2.0.0'), 'strategic');
      expect(await watching).toEqual({
        type: 'superseded',
        message: 'deployment "web" was given acme/okeydokey:2.0.0 meanwhile',
      });
    }));

  test('an agent that sets the image is waited for', () =>
    inNamespace(async (fixture) => {
      const { cluster, namespace } = fixture;
      await deliver(cluster, delivery(namespace, '1.0.0', manifest('Deployment', '1.0.0')));
      const workloads = await deliver(
        cluster,
        delivery(namespace, '1.0.1', manifest('Deployment', '1.0.1'), 'agent'),
      );
      const messages: string[] = [];
      const watching = fixture.watch('Deployment', '1.0.1', 60, {
        ...{ mode: 'agent', workloads },
        onProgress: ({ message }) => {
          messages.push(message);
          if (messages.length === 1)
            void fixture.patch('deployments/web', withImage('acme/okeydokey:1.0.1'), 'strategic');
        },
      });
      expect((await watching).type).toBe('healthy');
      expect(messages[0]).toBe(
        'Waiting for deployment "web" to be given acme/okeydokey:1.0.1 (it has acme/okeydokey:1.0.0)...',
      );
    }));

  test('a workload that is deleted', () =>
    inNamespace(async (fixture) => {
      const { cluster, namespace } = fixture;
      await deliver(cluster, delivery(namespace, 'notready-1', manifest('Deployment', 'notready-1')));
      // The patience with a workload that is away is 10 s, of a clock that may be faster than ours.
      const watching = fixture.watch('Deployment', 'notready-1', 600, { clock: fixture.clock(10) });
      await fixture.remove('deployments/web');
      const verdict = await watching;
      expect(causes(verdict)).toEqual(['workload-missing']);
    }));
};
