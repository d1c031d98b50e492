import { describe, expect, test } from 'vitest';
import type { Workload } from '../../../lib/cluster/objects/objects.ts';
import {
  type Rollout,
  type RolloutProgress,
  watchRollout,
} from '../../../lib/cluster/watch/watch-rollout.ts';
import {
  container,
  now,
  pod,
  readyFor,
  replicaSet,
  secondsAgo,
  waiting,
  warning,
  workload,
} from '../support/fixture.ts';
import {
  deployments,
  done,
  events,
  half,
  pods,
  ref,
  replicaSets,
  rollout,
  withDeployment,
  withImage,
} from '../support/watching.ts';

const timedOut = (set: string): Workload['status'] => ({
  ...half,
  conditions: [
    {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: `ReplicaSet "${set}" has timed out progressing.`,
    },
  ],
});

describe('a progress deadline', () => {
  // As Kubernetes writes it for a moment after `kubectl rollout undo` of a Deployment with one replica: the generation
  // is observed, and the condition is still the one of the revision that failed.
  test('that was exceeded by the revision before is not the release’s', () =>
    withDeployment(workload('Deployment', {}, timedOut('web-1')), async ({ cluster }, collections) => {
      collections.put(replicaSets, replicaSet('1'));
      collections.put(replicaSets, replicaSet('2'));
      const told: RolloutProgress[] = [];
      const watching = watchRollout(cluster, rollout({ onProgress: (progress) => told.push(progress) }));
      await expect.poll(() => collections.isWatched(pods)).toBe(true);
      collections.put(deployments, workload('Deployment', {}, done));
      expect((await watching).type).toBe('healthy');
      expect(told.map(({ message }) => message)).toEqual([
        'Waiting for deployment "web": the progress deadline that it exceeded is that of ReplicaSet web-1, of another revision...',
      ]);
    }));

  test.each([
    ['by the release itself', 'web-2', []],
    ['by which one may not be read', 'web-1', [replicaSets]],
  ])('that was exceeded %s has failed', (_, set, forbidden) =>
    withDeployment(
      workload('Deployment', {}, timedOut(set)),
      async ({ cluster }, collections) => {
        collections.put(replicaSets, replicaSet('1'));
        collections.put(replicaSets, replicaSet('2'));
        expect(await watchRollout(cluster, rollout())).toMatchObject({
          type: 'failed',
          reason: 'deployment "web" exceeded its progress deadline',
        });
      },
      forbidden,
    ),
  );
});

describe('several workloads', () => {
  test('one that was given another image says more than one that failed', () =>
    withDeployment(workload('Deployment', {}, timedOut('web-2')), async ({ cluster }, collections) => {
      collections.put(replicaSets, replicaSet('2'));
      const path = '/apis/apps/v1/namespaces/shop/daemonsets';
      const other = { template: { spec: { containers: [{ name: 'web', image: 'acme/okeydokey:3' }] } } };
      collections.put(path, workload('DaemonSet', other));
      const workloads = [ref, { ...ref, kind: 'DaemonSet' as const }];
      expect((await watchRollout(cluster, rollout({ workloads }))).type).toBe('superseded');
    }));
});

describe('a workload that is not there', () => {
  test('and is there again a moment later was replaced: kubectl replace --force, Argo CD with Replace=true', () =>
    withDeployment(workload('Deployment', {}, half), async ({ cluster, time }, collections) => {
      const messages: string[] = [];
      const onProgress: Rollout['onProgress'] = ({ message }) => messages.push(message);
      const watching = watchRollout(cluster, rollout({ onProgress }));
      await expect.poll(() => collections.isWatched(pods)).toBe(true);
      collections.remove(deployments, 'web');
      const other = watchRollout(cluster, rollout({ clock: time.clock, until: now + 50 }));
      expect(await time.run(other)).toMatchObject({
        type: 'pending',
        progress: { message: 'deployment "web" is not in the cluster' },
      });
      collections.put(deployments, workload('Deployment', {}, done));
      expect((await watching).type).toBe('healthy');
      expect(messages).toHaveLength(1);
    }));

  test('for 10 s was deleted', () =>
    withDeployment(undefined, async ({ cluster, time }) => {
      const verdict = await time.run(watchRollout(cluster, rollout({ clock: time.clock })));
      expect(verdict).toMatchObject({ type: 'failed', diagnosis: [{ cause: 'workload-missing' }] });
      expect(time.clock.now() - now).toBe(10_000);
    }));

  test('at the deadline has failed for that reason', () =>
    withDeployment(undefined, async ({ cluster }) => {
      expect(await watchRollout(cluster, rollout({ deadline: now - 1 }))).toMatchObject({
        type: 'failed',
        diagnosis: [{ cause: 'workload-missing' }],
      });
    }));
});

const digest = `sha256:${'a'.repeat(64)}`;
const otherDigest = `sha256:${'b'.repeat(64)}`;

describe('a webhook that changes the image in the template too', () => {
  test.each<[string, Partial<Rollout>, string]>([
    ['mirror.example/acme/okeydokey:2', {}, 'healthy'],
    ['mirror.example:5000/docker.io/acme/okeydokey:2', { mode: 'agent' }, 'healthy'],
    [`acme/okeydokey@${digest}`, { knownDigest: digest }, 'healthy'],
    [`acme/okeydokey@${digest}`, {}, 'healthy'],
    [`mirror.example/acme/okeydokey@${digest}`, { digest }, 'healthy'],
    ['mirror.example/acme/okeydokey:3', {}, 'superseded'],
    [`acme/okeydokey@${otherDigest}`, { knownDigest: digest }, 'superseded'],
    ['mirror.example/okeydokey:2', {}, 'superseded'],
    // Before the agent acts, that digest may be the release's before.
    [`acme/okeydokey@${digest}`, { mode: 'agent' }, 'pending'],
  ])('%s, of the release %j: %s', (text, more, type) =>
    withDeployment(withImage(text, done), async ({ cluster }) => {
      const until = now + (type === 'pending' ? 0 : 20_000);
      expect((await watchRollout(cluster, rollout({ ...more, until }))).type).toBe(type);
    }),
  );
});

describe('what is given up early', () => {
  test('an image that has just failed to come after minutes of pulling another one is waited for', () =>
    withDeployment(workload('Deployment', {}, half), async ({ cluster, time }, collections) => {
      const late = now + 600_000;
      const old = { startTime: secondsAgo(600) };
      collections.put(replicaSets, replicaSet('2'));
      collections.put(events, {
        metadata: { name: 'e' },
        ...warning('uid-web-1', 'Failed', 'Failed to pull image: not found'),
      });
      const creating = [container(waiting('ContainerCreating'))];
      collections.put(pods, pod('Deployment', { containers: creating, status: old }));
      const watching = watchRollout(cluster, rollout({ clock: time.clock, deadline: late, until: late }));
      await expect.poll(() => collections.isWatched(pods)).toBe(true);
      const failing = [container(waiting('ErrImagePull'))];
      collections.put(pods, pod('Deployment', { containers: failing, status: old }));
      expect((await time.run(watching)).type).toBe('failed');
      expect(time.clock.now() - now).toBeGreaterThanOrEqual(15_000);
    }));

  const crashed = [container({ ...waiting('CrashLoopBackOff'), restartCount: 5 })];

  test('nothing of a rollout that was paused', () =>
    withDeployment(workload('Deployment', { paused: true }, half), async ({ cluster, time }, collections) => {
      collections.put(replicaSets, replicaSet('2'));
      collections.put(pods, pod('Deployment', { containers: crashed }));
      const watching = watchRollout(cluster, rollout({ clock: time.clock, until: now + 200 }));
      expect(await time.run(watching)).toMatchObject({ type: 'pending', progress: { phase: 'paused' } });
    }));

  test('nothing for the sake of a pod that was evicted: another one takes its place', () =>
    withDeployment(workload('Deployment', {}, half), async ({ cluster, time }, collections) => {
      collections.put(replicaSets, replicaSet('2'));
      const status = { phase: 'Failed', reason: 'Evicted' };
      collections.put(pods, pod('Deployment', { containers: crashed, status }));
      const watching = watchRollout(cluster, rollout({ clock: time.clock, until: now + 200 }));
      expect((await time.run(watching)).type).toBe('pending');
    }));
});

test('a release that nothing runs is healthy, and that is worth a note', () =>
  withDeployment(
    workload('Deployment', { replicas: 0 }, { observedGeneration: 2 }),
    async ({ cluster }, collections) => {
      collections.put(replicaSets, replicaSet('2'));
      expect(await watchRollout(cluster, rollout())).toEqual({
        type: 'healthy',
        message: 'deployment "web" successfully rolled out',
        notes: ['No pod runs acme/okeydokey:2: Deployment shop/web is to have none of that revision.'],
      });
    },
  ));

test('a pinned image that a webhook names by its tag is the release’s where the node says so', () =>
  withDeployment(withImage(`acme/okeydokey:2@${digest}`, done), async ({ cluster }, collections) => {
    collections.put(replicaSets, replicaSet('2'));
    const imageID = `mirror.example/acme/okeydokey@${digest}`;
    collections.put(
      pods,
      pod('Deployment', {
        image: 'mirror.example/acme/okeydokey:2',
        conditions: readyFor(9),
        containers: [container({ ready: true, imageID })],
      }),
    );
    expect((await watchRollout(cluster, rollout({ digest }))).type).toBe('healthy');
  }));
