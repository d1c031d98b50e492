import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../lib/clock.ts';
import type { Workload } from '../../../lib/cluster/objects/objects.ts';
import {
  type Rollout,
  type RolloutProgress,
  watchRollout,
} from '../../../lib/cluster/watch/watch-rollout.ts';
import { container, now, pod, replicaSet, secondsAgo, waiting, workload } from '../support/fixture.ts';
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
} from '../support/watching.ts';

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
