import { expect, test } from 'vitest';
import { type Rollout, watchRollout } from '../../../lib/cluster/watch/watch-rollout.ts';
import { container, now, pod, readyFor, replicaSet, waiting, warning, workload } from '../support/fixture.ts';
import { sendJson, withServer } from '../support/server.ts';
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

test('a rollout that is done is healthy at the first answer, after one look at its pods', () =>
  withDeployment(workload('Deployment', {}, done), async ({ cluster, requests }) => {
    expect(await watchRollout(cluster, rollout())).toEqual({
      type: 'healthy',
      message: 'deployment "web" successfully rolled out',
      notes: [],
    });
    expect(requests[0]?.url.search).toBe('?fieldSelector=metadata.name%3Dweb&limit=500');
    const others = requests.filter(({ url }) => url.pathname !== deployments);
    expect(others.map(({ url }) => url.pathname + url.search).toSorted()).toEqual([
      `${pods}?labelSelector=app%3Dweb&limit=500`,
      `${replicaSets}?labelSelector=app%3Dweb&limit=500`,
    ]);
  }));

test('each change is judged as it arrives, and told once', () =>
  withDeployment(withImage('acme/okeydokey:2'), async ({ cluster }, collections) => {
    const messages: string[] = [];
    const watching = watchRollout(cluster, rollout({ onProgress: ({ message }) => messages.push(message) }));
    await expect.poll(() => collections.isWatched(pods)).toBe(true);
    collections.put(pods, pod('Deployment', { containers: [container(waiting('ContainerCreating'))] }));
    collections.put(deployments, workload('Deployment', {}, { ...half, availableReplicas: 0 }));
    collections.put(deployments, workload('Deployment', {}, { ...half, availableReplicas: 0 }));
    await expect.poll(() => messages.length).toBe(2);
    collections.put(deployments, workload('Deployment', {}, done));
    expect((await watching).type).toBe('healthy');
    expect(messages).toEqual([
      'Waiting for deployment "web" rollout to finish: 1 of 2 updated replicas are available...',
      'Waiting for deployment "web" rollout to finish: 0 of 2 updated replicas are available...',
    ]);
  }));

test('`until` ends it with what is known', () =>
  withDeployment(workload('Deployment', {}, half), async ({ cluster, time }) => {
    const watching = watchRollout(cluster, rollout({ clock: time.clock, until: now + 50 }));
    expect(await time.run(watching)).toEqual({
      type: 'pending',
      progress: {
        phase: 'rolling-out',
        message: 'Waiting for deployment "web" rollout to finish: 1 of 2 updated replicas are available...',
        workload: ref,
        updated: 2,
        available: 1,
        desired: 2,
      },
    });
  }));

test('after the deadline there is still one look, and what is healthy is healthy', () =>
  withDeployment(workload('Deployment', {}, done), async ({ cluster }) => {
    const late = { deadline: now - 1000, until: now - 1000 };
    expect((await watchRollout(cluster, rollout(late))).type).toBe('healthy');
  }));

test('after the deadline, what is not healthy has failed, with the reasons', () =>
  withDeployment(workload('Deployment', {}, half), async ({ cluster }, collections) => {
    collections.put(replicaSets, replicaSet('2'));
    collections.put(pods, pod('Deployment', { containers: [container({ state: { running: {} } })] }));
    const verdict = await watchRollout(cluster, rollout({ deadline: now - 1 }));
    expect(verdict).toMatchObject({
      type: 'failed',
      reason:
        'not healthy in time: Waiting for deployment "web" rollout to finish: 1 of 2 updated replicas are available...',
      diagnosis: [{ cause: 'not-ready', pod: 'web-1' }, { cause: 'timeout' }],
    });
  }));

test('a crash loop is found out at its fourth restart, with the log', () =>
  withDeployment(workload('Deployment', {}, half), async ({ cluster }, collections) => {
    const crashed = (restartCount: number) =>
      pod('Deployment', {
        containers: [
          container({
            ...waiting('CrashLoopBackOff'),
            restartCount,
            lastState: { terminated: { exitCode: 1, reason: 'Error' } },
          }),
        ],
      });
    collections.put(replicaSets, replicaSet('2'));
    collections.put(pods, crashed(3));
    const watching = watchRollout(cluster, rollout());
    await expect.poll(() => collections.isWatched(pods)).toBe(true);
    collections.put(pods, crashed(4));
    expect(await watching).toEqual({
      type: 'failed',
      reason: 'Container web ends with exit code 1 again and again.',
      diagnosis: [
        {
          cause: 'crash-loop',
          summary: 'Container web ends with exit code 1 again and again.',
          evidence: [
            'container web: exit code 1, reason Error, 4 restarts',
            'container web: CrashLoopBackOff',
            'log: connecting with password=***',
            'log: panic: no DATABASE_URL',
          ],
          next: 'Read the last log lines of container web: the program ends by itself.',
          workload: 'Deployment shop/web',
          pod: 'web-1',
          container: 'web',
        },
      ],
    });
  }));

test.each([
  ['has failed when the registry refused it', 'Failed to pull image: not found', 'failed'],
  ['is waited for when the registry was busy', 'Failed to pull image: toomanyrequests', 'pending'],
])('an image that could not be pulled for 20 s %s', (_, words, type) =>
  withDeployment(workload('Deployment', {}, half), async ({ cluster, time }, collections) => {
    collections.put(replicaSets, replicaSet('2'));
    collections.put(pods, pod('Deployment', { containers: [container(waiting('ImagePullBackOff'))] }));
    collections.put(events, { metadata: { name: 'e' }, ...warning('uid-web-1', 'Failed', words) });
    // The fixture's pod started one minute before the moment at which its clock stands still.
    const watching = watchRollout(cluster, rollout({ clock: time.clock, until: now + 500 }));
    expect((await time.run(watching)).type).toBe(type);
  }),
);

test('the name of a container is not taken for an answer of the registry', () =>
  withDeployment(workload('Deployment', {}, half), async ({ cluster, time }, collections) => {
    collections.put(replicaSets, replicaSet('2'));
    const containers = [container({ name: 'unauthorized', ...waiting('ImagePullBackOff', 'Back-off') })];
    collections.put(pods, pod('Deployment', { containers }));
    const watching = watchRollout(cluster, rollout({ clock: time.clock, until: now + 500 }));
    expect((await time.run(watching)).type).toBe('pending');
  }));

test('another image supersedes the release; one of another spelling does not', () =>
  withDeployment(withImage('docker.io/acme/okeydokey:2'), async ({ cluster }, collections) => {
    const watching = watchRollout(cluster, rollout());
    await expect.poll(() => collections.isWatched(deployments)).toBe(true);
    collections.put(deployments, withImage('acme/okeydokey:3'));
    expect(await watching).toEqual({
      type: 'superseded',
      message: 'deployment "web" was given acme/okeydokey:3 meanwhile',
    });
  }));

test('an agent is waited for, and superseded only once it has set the image', () =>
  withDeployment(undefined, async ({ cluster }, collections) => {
    const messages: string[] = [];
    const onProgress: Rollout['onProgress'] = ({ message }) => messages.push(message);
    const watching = watchRollout(cluster, rollout({ mode: 'agent', onProgress }));
    await expect.poll(() => collections.isWatched(deployments)).toBe(true);
    collections.put(deployments, withImage('acme/okeydokey:1'));
    await expect.poll(() => messages.length).toBe(2);
    collections.put(deployments, withImage('acme/okeydokey:2'));
    await expect.poll(() => messages.length).toBe(3);
    collections.put(deployments, withImage('acme/okeydokey:3'));
    expect((await watching).type).toBe('superseded');
    expect(messages).toEqual([
      'Waiting for deployment "web" to be created...',
      'Waiting for deployment "web" to be given acme/okeydokey:2 (it has acme/okeydokey:1)...',
      'Waiting for deployment "web" rollout to finish: 1 of 2 updated replicas are available...',
    ]);
  }));

test('a workload that is deleted has failed', () =>
  withDeployment(workload('Deployment', {}, half), async ({ cluster, time }, collections) => {
    const watching = watchRollout(cluster, rollout({ clock: time.clock }));
    await expect.poll(() => collections.isWatched(deployments)).toBe(true);
    collections.remove(deployments, 'web');
    expect(await time.run(watching)).toMatchObject({
      type: 'failed',
      reason: 'deployment "web" is not in the cluster',
      diagnosis: [{ cause: 'workload-missing', workload: 'Deployment shop/web' }],
    });
  }));

test('several workloads, one verdict', () =>
  withDeployment(workload('Deployment', {}, done), async ({ cluster }, collections) => {
    const statefulSets = '/apis/apps/v1/namespaces/shop/statefulsets';
    const strategy = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } };
    const partitioned = (replicas: number) => ({ readyReplicas: replicas, updatedReplicas: replicas });
    collections.put(statefulSets, workload('StatefulSet', strategy, partitioned(1)));
    for (const name of ['web-0', 'web-1'])
      collections.put(pods, pod('StatefulSet', { name, conditions: readyFor(5) }));
    const workloads = [ref, { ...ref, kind: 'StatefulSet' as const }];
    const watching = watchRollout(cluster, rollout({ workloads }));
    await expect.poll(() => collections.isWatched(statefulSets)).toBe(true);
    collections.put(statefulSets, workload('StatefulSet', strategy, partitioned(2)));
    expect(await watching).toEqual({
      type: 'healthy',
      message:
        'deployment "web" successfully rolled out; partitioned roll out complete: 2 new pods have been updated...',
      notes: [],
    });
  }));

test('nothing to watch is healthy, and says so', () =>
  withDeployment(undefined, async ({ cluster, requests }) => {
    expect(await watchRollout(cluster, rollout({ workloads: [] }))).toEqual({
      type: 'healthy',
      message: 'applied; nothing among it has a rollout to wait for',
      notes: [],
    });
    expect(requests).toEqual([]);
  }));

test('an API server that never answers rightly is unreachable, with its words', () =>
  withServer(
    (_, response) => sendJson(response, 503, { message: 'etcd is away' }),
    async ({ cluster, time }) => {
      const more = { clock: time.clock, until: now + 1000, deadline: now + 6000 };
      await expect(time.run(watchRollout(cluster, rollout(more)))).rejects.toMatchObject({
        code: 'cluster-unreachable',
        message: expect.stringContaining('etcd is away'),
      });
    },
  ));

test('a watch that is not allowed ends it', () =>
  withServer(
    (_, response) => sendJson(response, 403, { message: 'deployments is forbidden' }),
    async ({ cluster }) => {
      await expect(watchRollout(cluster, rollout())).rejects.toMatchObject({ code: 'cluster-forbidden' });
    },
  ));

test('an aborted signal ends it with its reason', () =>
  withDeployment(workload('Deployment', {}, half), async ({ cluster }, collections) => {
    const stop = new AbortController();
    const watching = watchRollout(cluster, rollout({ signal: stop.signal }));
    await expect.poll(() => collections.isWatched(pods)).toBe(true);
    stop.abort(new Error('the function is about to be stopped'));
    await expect(watching).rejects.toThrow('the function is about to be stopped');
  }));
