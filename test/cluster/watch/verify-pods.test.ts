import { describe, expect, test } from 'vitest';
import {
  type Rollout,
  type RolloutProgress,
  watchRollout,
} from '../../../lib/cluster/watch/watch-rollout.ts';
import { container, now, pod, readyFor, replicaSet, workload } from '../support/fixture.ts';
import {
  deployments,
  done,
  half,
  pods,
  ref,
  replicaSets,
  rollout,
  withDeployment,
} from '../support/watching.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const otherDigest = `sha256:${'b'.repeat(64)}`;

describe('the image that the pods run', () => {
  const mutated = pod('Deployment', { conditions: readyFor(9), image: 'acme/okeydokey:1' });
  const right = pod('Deployment', { conditions: readyFor(9) });
  const words =
    'deployment "web" is rolled out, but pod web-1 runs acme/okeydokey:1 in container web instead of acme/okeydokey:2';

  test('another one is waited for, and healthy once it has gone', () =>
    withDeployment(workload('Deployment', {}, done), async ({ cluster }, collections) => {
      collections.put(replicaSets, replicaSet('2'));
      collections.put(pods, mutated);
      const told: RolloutProgress[] = [];
      const watching = watchRollout(cluster, rollout({ onProgress: (progress) => told.push(progress) }));
      await expect.poll(() => collections.isWatched(pods)).toBe(true);
      collections.put(pods, right);
      expect((await watching).type).toBe('healthy');
      expect(told).toMatchObject([{ phase: 'rolling-out', message: words }]);
    }));

  test('of a pod that has become unready since it was counted, it is not known yet: it is waited for', () =>
    withDeployment(workload('Deployment', {}, done), async ({ cluster }, collections) => {
      collections.put(replicaSets, replicaSet('2'));
      collections.put(pods, pod('Deployment', { conditions: [], image: 'acme/okeydokey:1' }));
      const told: RolloutProgress[] = [];
      const watching = watchRollout(cluster, rollout({ onProgress: (progress) => told.push(progress) }));
      await expect.poll(() => collections.isWatched(pods)).toBe(true);
      collections.put(pods, mutated);
      await expect.poll(() => told.length).toBe(2);
      collections.put(pods, right);
      expect((await watching).type).toBe('healthy');
      const counted =
        'Waiting for deployment "web": its counts say that it is rolled out, but only 0 of 2 new pods are ready...';
      expect(told).toMatchObject([{ message: counted }, { message: words }]);
    }));

  test('a pod that is not ready beside as many as are wanted holds nothing up', () =>
    withDeployment(workload('Deployment', { replicas: 1 }, done), async ({ cluster }, collections) => {
      collections.put(replicaSets, replicaSet('2'));
      collections.put(pods, right);
      collections.put(pods, pod('Deployment', { name: 'web-2', conditions: [] }));
      expect((await watchRollout(cluster, rollout())).type).toBe('healthy');
    }));

  test('a pod of a DaemonSet that has become unready since it was counted is waited for', () => {
    const counts = { desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberAvailable: 1 };
    return withDeployment(undefined, async ({ cluster, time }, collections) => {
      collections.put('/apis/apps/v1/namespaces/shop/daemonsets', workload('DaemonSet', {}, counts));
      collections.put(pods, pod('DaemonSet', { conditions: [] }));
      const messages: string[] = [];
      const watching = watchRollout(
        cluster,
        rollout({
          workloads: [{ ...ref, kind: 'DaemonSet' }],
          clock: time.clock,
          onProgress: ({ message }) => messages.push(message),
        }),
      );
      await expect.poll(() => messages.length).toBe(1);
      collections.put(pods, pod('DaemonSet', { conditions: readyFor(0) }));
      expect((await time.run(watching)).type).toBe('healthy');
      expect(messages).toEqual([
        'Waiting for daemonset "web": its counts say that it is rolled out, but only 0 of 1 new pods are ready...',
      ]);
    });
  });

  test('another one at the deadline has failed, with the evidence', () =>
    withDeployment(workload('Deployment', {}, done), async ({ cluster }, collections) => {
      collections.put(replicaSets, replicaSet('2'));
      collections.put(pods, mutated);
      collections.put(pods, { ...mutated, metadata: { ...mutated.metadata, name: 'web-2', uid: 'uid-2' } });
      const verdict = await watchRollout(cluster, rollout({ deadline: now - 1 }));
      expect(verdict).toMatchObject({
        type: 'failed',
        reason: `not healthy in time: ${words}`,
        diagnosis: [
          {
            cause: 'other-image',
            summary: 'Container web runs acme/okeydokey:1 instead of acme/okeydokey:2.',
            evidence: [
              'the pod template of Deployment shop/web has acme/okeydokey:2',
              'pod web-1, container web: acme/okeydokey:1',
              'pod web-2, container web: acme/okeydokey:1',
            ],
            next: 'Find out who changes the image of the pods: a mutating admission webhook, usually (kubectl get mutatingwebhookconfigurations).',
            workload: 'Deployment shop/web',
            pod: 'web-1',
            container: 'web',
            count: 2,
          },
          { cause: 'timeout' },
        ],
      });
    }));

  test('another digest than the registry has is a note, where nobody can compare the two', () =>
    withDeployment(workload('Deployment', {}, done), async ({ cluster }, collections) => {
      collections.put(replicaSets, replicaSet('2'));
      const imageID = `docker.io/acme/okeydokey@${otherDigest}`;
      collections.put(
        pods,
        pod('Deployment', { conditions: readyFor(9), containers: [container({ ready: true, imageID })] }),
      );
      expect(await watchRollout(cluster, rollout({ knownDigest: digest }))).toEqual({
        type: 'healthy',
        message: 'deployment "web" successfully rolled out',
        notes: [expect.stringContaining('either the tag was pushed again and the node kept the old image')],
      });
    }));

  test('pods that may not be read are a note, not a failure', () =>
    withDeployment(
      workload('Deployment', {}, half),
      async ({ cluster }, collections) => {
        const messages: string[] = [];
        const onProgress: Rollout['onProgress'] = ({ message }) => messages.push(message);
        const watching = watchRollout(cluster, rollout({ onProgress }));
        await expect.poll(() => messages.length).toBe(1);
        await expect.poll(() => collections.isWatched(deployments)).toBe(true);
        collections.put(deployments, workload('Deployment', {}, done));
        expect(await watching).toEqual({
          type: 'healthy',
          message: 'deployment "web" successfully rolled out',
          notes: [
            `Which images the pods of Deployment shop/web run could not be checked: list pods of Deployment shop/web: ${pods} is forbidden (HTTP 403)`,
          ],
        });
      },
      [pods],
    ));
});

test('a StatefulSet is watched by the clock until its pods were ready for minReadySeconds', () => {
  const statefulSets = '/apis/apps/v1/namespaces/shop/statefulsets';
  const set = workload(
    'StatefulSet',
    { replicas: 1, minReadySeconds: 10, updateStrategy: { type: 'RollingUpdate', rollingUpdate: {} } },
    { readyReplicas: 1, updatedReplicas: 1 },
  );
  return withDeployment(undefined, async ({ cluster, time }, collections) => {
    collections.put(statefulSets, set);
    // Nothing changes any more in the cluster.
    collections.put(pods, pod('StatefulSet', { name: 'web-0', conditions: readyFor(9.8) }));
    const messages: string[] = [];
    const verdict = await time.run(
      watchRollout(
        cluster,
        rollout({
          workloads: [{ ...ref, kind: 'StatefulSet' }],
          clock: time.clock,
          onProgress: ({ message }) => messages.push(message),
        }),
      ),
    );
    expect(verdict.type).toBe('healthy');
    expect(time.clock.now() - now).toBe(200);
    expect(messages).toEqual([
      'Waiting for statefulset "web": 0 of 1 new pods are available (minReadySeconds is 10)...',
    ]);
  });
});
