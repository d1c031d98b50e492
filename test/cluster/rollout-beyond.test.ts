import { describe, expect, test } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import type { Workload } from '../../lib/cluster/objects.ts';
import { type Rollout, type RolloutProgress, watchRollout } from '../../lib/cluster/rollout.ts';
import {
  deployments,
  done,
  half,
  pods,
  ref,
  replicaSets,
  rollout,
  still,
  withDeployment,
  withImage,
} from './watching.ts';
import { container, now, pod, readyFor, replicaSet, secondsAgo, waiting, workload } from './world.ts';

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

  test('another digest than the registry has is a note', () =>
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

describe('how far it is', () => {
  test.each<[string, Partial<Rollout>, Workload | undefined, RolloutProgress['phase']]>([
    ['not created by the agent', { mode: 'agent' }, undefined, 'waiting-for-agent'],
    [
      'not given the image by the agent',
      { mode: 'agent' },
      withImage('acme/okeydokey:1'),
      'waiting-for-agent',
    ],
    ['given the image', { mode: 'agent' }, workload('Deployment', {}, { observedGeneration: 1 }), 'applied'],
    ['applied', {}, workload('Deployment', {}, { observedGeneration: 1 }), 'applied'],
    ['rolling out', {}, workload('Deployment', {}, half), 'rolling-out'],
    ['paused', {}, workload('Deployment', { paused: true }, half), 'paused'],
  ])('%s', (_, more, workloads, phase) =>
    withDeployment(workloads, async ({ cluster }) => {
      const verdict = await watchRollout(cluster, rollout({ ...more, until: now }));
      expect(verdict).toMatchObject({ type: 'pending', progress: { phase } });
    }),
  );

  test('with several workloads, the one that an agent has yet to touch comes first', () =>
    withDeployment(workload('Deployment', {}, half), async ({ cluster }) => {
      const workloads = [ref, { ...ref, kind: 'DaemonSet' as const }];
      const verdict = await watchRollout(cluster, rollout({ mode: 'agent', workloads, until: now }));
      expect(verdict).toMatchObject({
        type: 'pending',
        progress: { phase: 'waiting-for-agent', workload: { kind: 'DaemonSet' } },
      });
    }));
});

describe('mode agent', () => {
  test('what the agent has not applied by the deadline has failed for that reason alone', () =>
    withDeployment(withImage('acme/okeydokey:1'), async ({ cluster }, collections) => {
      collections.put(pods, pod('Deployment', { containers: [container(waiting('ImagePullBackOff'))] }));
      const message =
        'Waiting for deployment "web" to be given acme/okeydokey:2 (it has acme/okeydokey:1)...';
      expect(await watchRollout(cluster, rollout({ mode: 'agent', deadline: now - 1 }))).toEqual({
        type: 'failed',
        reason: `not healthy in time: ${message}`,
        diagnosis: [
          {
            cause: 'agent-waiting',
            summary: 'The in-cluster agent has not applied the commit.',
            evidence: [message],
            next: 'Look at the Argo CD Application (argocd app get) or the Flux Kustomization (flux get kustomizations) that is to apply it: its source, its last sync and its errors.',
            workload: 'Deployment shop/web',
          },
        ],
      });
    }));

  test('a watch that follows on another knows that the agent has acted', () =>
    withDeployment(withImage('acme/okeydokey:3'), async ({ cluster }) => {
      const more = { mode: 'agent', lastPhase: 'rolling-out' } as const;
      expect(await watchRollout(cluster, rollout(more))).toEqual({
        type: 'superseded',
        message: 'deployment "web" was given acme/okeydokey:3 meanwhile',
      });
    }));

  test('a StatefulSet that a pod of the revision before blocks is given up, since it is not deleted here', () => {
    const statefulSets = '/apis/apps/v1/namespaces/shop/statefulsets';
    const set = workload(
      'StatefulSet',
      {},
      { readyReplicas: 1, updatedReplicas: 0, currentRevision: 'web-good' },
    );
    return withDeployment(
      undefined,
      async ({ cluster, requests }, collections) => {
        collections.put(statefulSets, set);
        const crashed = container({
          ...waiting('CrashLoopBackOff'),
          restartCount: 4,
          lastState: { terminated: { exitCode: 1 } },
        });
        collections.put(pods, pod('StatefulSet', { revision: 'old', containers: [crashed] }));
        const verdict = await watchRollout(
          cluster,
          rollout({ mode: 'agent', workloads: [{ ...ref, kind: 'StatefulSet' }] }),
        );
        expect(verdict).toMatchObject({ type: 'failed', diagnosis: [{ cause: 'crash-loop', pod: 'web-1' }] });
        expect(requests.some(({ method }) => method === 'DELETE')).toBe(false);
      },
      [],
      { [`${statefulSets}/web`]: set },
    );
  });
});

test.each(['Deployment', 'StatefulSet', 'DaemonSet'] as const)(
  'a %s whose ConfigMap is missing is given up after 30 s of it',
  (kind) => {
    const path = `/apis/apps/v1/namespaces/shop/${kind.toLowerCase()}s`;
    const object = workload(kind, {}, kind === 'DaemonSet' ? { desiredNumberScheduled: 1 } : half);
    return withDeployment(
      kind === 'Deployment' ? object : undefined,
      async ({ cluster, time }, collections) => {
        collections.put(path, object);
        collections.put(replicaSets, replicaSet('2'));
        const broken = [container(waiting('CreateContainerConfigError', 'configmap "settings" not found'))];
        collections.put(pods, pod(kind, { containers: broken, status: { startTime: secondsAgo(29.8) } }));
        const workloads = [{ ...ref, kind }];
        const watching = watchRollout(cluster, rollout({ workloads, clock: time.clock }));
        expect(await time.run(watching)).toMatchObject({
          type: 'failed',
          diagnosis: [{ cause: 'missing-reference' }],
        });
        expect(time.clock.now() - now).toBe(200);
      },
      [],
      { [`${path}/web`]: object },
    );
  },
);

test('without a deadline it is watched until `until`, and without either until the end', () =>
  withDeployment(workload('Deployment', { paused: true }, half), async ({ cluster, time }, collections) => {
    const deadline = Number.POSITIVE_INFINITY;
    const limited = watchRollout(cluster, rollout({ clock: time.clock, deadline, until: now + 50 }));
    const first = await time.run(limited);
    expect(first).toMatchObject({ type: 'pending', progress: { phase: 'paused' } });
    const asked: number[] = [];
    const sleep: Clock['sleep'] = (milliseconds, signal) => {
      asked.push(milliseconds);
      return still.sleep(milliseconds, signal);
    };
    const clock = { ...still, sleep };
    const watching = watchRollout(cluster, rollout({ deadline, until: deadline, clock }));
    await expect.poll(() => collections.isWatched(pods)).toBe(true);
    await expect.poll(() => asked.length).toBeGreaterThan(0);
    // With more than this, a timer fires at once, again and again.
    expect(Math.max(...asked)).toBeLessThan(2 ** 31);
    collections.put(deployments, workload('Deployment', {}, done));
    expect((await watching).type).toBe('healthy');
  }));

test('a pod of the revision before that never became ready is deleted after a minute, so that an undo arrives', () => {
  const statefulSets = '/apis/apps/v1/namespaces/shop/statefulsets';
  return withDeployment(undefined, async ({ cluster, requests, time }, collections) => {
    collections.put(
      statefulSets,
      workload('StatefulSet', {}, { readyReplicas: 1, currentRevision: 'web-good' }),
    );
    const started = secondsAgo(59.8);
    const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: started }];
    collections.put(
      pods,
      pod('StatefulSet', { revision: 'old', conditions, status: { startTime: started } }),
    );
    const workloads = [{ ...ref, kind: 'StatefulSet' as const }];
    await time.run(watchRollout(cluster, rollout({ workloads, clock: time.clock, until: now + 1_000 })));
    const deleted = requests.filter(({ method }) => method === 'DELETE');
    expect(deleted.map(({ url }) => url.pathname)).toEqual([`${pods}/web-1`]);
  });
});
