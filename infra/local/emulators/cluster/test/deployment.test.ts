import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSimulatedTime } from '../src/simulated/time.ts';
import {
  apps,
  conditionOf,
  core,
  isRolledOut,
  patchType,
  type Seen,
  setImage,
  startCluster,
  workload,
} from './support.ts';

const web = apps('deployments', 'web');

const fraction = fc.oneof(
  fc.integer({ min: 0, max: 4 }),
  fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`),
);
const resolve = (value: number | string, total: number, round: (n: number) => number): number =>
  typeof value === 'number' ? value : round((Number.parseInt(value, 10) * total) / 100);

/** Less than a watch lasts. */
const aMinute = 60_000;

/** A cluster whose time goes by when the test lets it. */
const startInTime = async () => {
  let isBusy = (): boolean => false;
  const time = createSimulatedTime(() => ({ busy: isBusy(), count: 0 }));
  onTestFinished(time.close);
  const started = await startCluster({ clock: time.clock });
  isBusy = started.cluster.isBusy;
  return { ...started, time };
};

describe('a Deployment', () => {
  it('never leaves the bounds of maxSurge and maxUnavailable, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fraction,
        fraction,
        async (replicas, maxSurge, maxUnavailable) => {
          fc.pre(!/^0%?$/.test(String(maxSurge)) || !/^0%?$/.test(String(maxUnavailable)));
          const { call, until, watch, close } = await startCluster();
          const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
          const body = workload('Deployment', 'web', '1', { replicas, strategy });
          expect((await call('POST', apps('deployments'), body)).status).toBe(201);
          await until(web, isRolledOut);
          const surge = resolve(maxSurge, replicas, Math.ceil);
          const unavailable = resolve(maxUnavailable, replicas, Math.floor);
          const allowedDown = surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, replicas);
          const pods = new Map<string, Seen>();
          let most = 0;
          let least = Number.POSITIVE_INFINITY;
          const { body: list } = await call('GET', core('pods'));
          for (const pod of list.items) pods.set(pod.metadata.uid, pod);
          const from = list.metadata.resourceVersion;
          await call('PATCH', web, setImage('2'), patchType.strategic);
          const end = await until(web, isRolledOut);

          for await (const { type, object } of watch(
            `${core('pods')}?watch=1&resourceVersion=${from}&allowWatchBookmarks=1`,
          )) {
            if (type === 'DELETED') pods.delete(object.metadata.uid);
            else pods.set(object.metadata.uid, object);
            const living = [...pods.values()].filter((pod) => pod.metadata.deletionTimestamp === undefined);
            most = Math.max(most, living.length);
            least = Math.min(
              least,
              living.filter((pod) => conditionOf(pod, 'Ready')?.status === 'True').length,
            );
            if (Number(object.metadata.resourceVersion) >= Number(end.metadata.resourceVersion) - 1) break;
            if (
              living.length === replicas &&
              living.every(
                (pod) =>
                  JSON.stringify(pod.spec).includes('web:2') && conditionOf(pod, 'Ready')?.status === 'True',
              )
            )
              break;
          }

          expect(most).toBeLessThanOrEqual(replicas + surge);
          expect(least).toBeGreaterThanOrEqual(replicas - allowedDown);
          await close();
        },
      ),
      { numRuns: 12 },
    );
  });

  it('goes through the conditions of a rollout', async () => {
    const { call, watch } = await startCluster();
    await call('POST', apps('deployments'), workload('Deployment', 'web', '1'));
    const reasons: string[] = [];
    for await (const { object } of watch(`${apps('deployments')}?watch=1&resourceVersion=1`)) {
      const reason = conditionOf(object, 'Progressing')?.reason;
      if (reason !== undefined && reasons.at(-1) !== reason) reasons.push(reason);
      if (reason === 'NewReplicaSetAvailable') break;
    }
    expect(reasons).toEqual(['NewReplicaSetCreated', 'ReplicaSetUpdated', 'NewReplicaSetAvailable']);
  });

  it('exceeds its progress deadline, keeps the old pods, and recovers', async () => {
    const { call, until, time } = await startInTime();
    const spec = { progressDeadlineSeconds: 5 };
    await call('POST', apps('deployments'), workload('Deployment', 'web', '1', spec));
    await time.run(until(web, isRolledOut), aMinute);

    await call('PATCH', web, setImage('missing'), patchType.strategic);
    const failed = await time.run(until(web, (seen) => conditionOf(seen, 'Progressing')?.status === 'False'));
    await call('PATCH', web, setImage('1'), patchType.strategic);
    const healed = await time.run(until(web, isRolledOut), aMinute);

    expect(conditionOf(failed, 'Progressing')).toMatchObject({
      reason: 'ProgressDeadlineExceeded',
      message: expect.stringMatching(/^ReplicaSet "web-[a-z0-9]+" has timed out progressing\.$/),
    });
    expect(failed.status.availableReplicas).toBe(3);
    expect(conditionOf(healed, 'Progressing')?.reason).toBe('NewReplicaSetAvailable');
  });

  it('takes all old pods away before the first new one where the strategy is Recreate', async () => {
    const { call, until, watch } = await startCluster();
    await call(
      'POST',
      apps('deployments'),
      workload('Deployment', 'web', '1', { strategy: { type: 'Recreate' } }),
    );
    await until(web, isRolledOut);
    const { body } = await call('GET', core('pods'));
    const images = new Map(
      body.items.map((pod) => [pod.metadata.name, JSON.stringify(pod.spec).includes('web:1')]),
    );
    await call('PATCH', web, setImage('2'), patchType.strategic);
    await until(web, isRolledOut);

    let mixed = 0;
    for await (const { type, object } of watch(
      `${core('pods')}?watch=1&resourceVersion=${body.metadata.resourceVersion}`,
    )) {
      if (type === 'DELETED') images.delete(object.metadata.name);
      else images.set(object.metadata.name, JSON.stringify(object.spec).includes('web:1'));
      const old = [...images.values()];
      if (old.includes(true) && old.includes(false)) mixed += 1;
      if (old.length === 3 && !old.includes(true) && conditionOf(object, 'Ready')?.status === 'True') break;
    }

    expect(mixed).toBe(0);
  });

  it('counts a pod as available only after minReadySeconds', async () => {
    const { call, until, time } = await startInTime();
    const began = time.clock.now();
    await call(
      'POST',
      apps('deployments'),
      workload('Deployment', 'web', '1', { minReadySeconds: 20, replicas: 1 }),
    );
    const ready = await time.run(
      until(web, ({ status }) => status.readyReplicas === 1),
      aMinute,
    );
    const available = await time.run(
      until(web, ({ status }) => status.availableReplicas === 1),
      aMinute,
    );

    expect(ready.status.availableReplicas).toBeUndefined();
    // Times are whole seconds, as in any cluster: up to one less.
    expect(time.clock.now() - began).toBeGreaterThanOrEqual(19_000);
    expect(available.status.availableReplicas).toBe(1);
  });

  it('keeps as many old ReplicaSets as its history may hold', async () => {
    const { call, until } = await startCluster();
    await call(
      'POST',
      apps('deployments'),
      workload('Deployment', 'web', '1', { revisionHistoryLimit: 1, replicas: 1 }),
    );
    for (const tag of ['2', '3', '4']) {
      await until(web, isRolledOut);
      await call('PATCH', web, setImage(tag), patchType.strategic);
    }
    await until(web, isRolledOut);
    const gone = async (): Promise<Seen[]> => (await call('GET', apps('replicasets'))).body.items;
    let sets = await gone();
    while (sets.length > 2) sets = await gone();

    expect(sets.map((set) => set.metadata.annotations?.['deployment.kubernetes.io/revision']).sort()).toEqual(
      ['3', '4'],
    );
  });

  it('scales both ReplicaSets in proportion in mid-rollout', async () => {
    const { call, until } = await startCluster();
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } };
    await call('POST', apps('deployments'), workload('Deployment', 'web', '1', { replicas: 10, strategy }));
    await until(web, isRolledOut);
    await call('PATCH', web, setImage('missing'), patchType.strategic);
    await until(web, ({ status }) => status.updatedReplicas === 5 && status.replicas === 13);

    await call('PATCH', web, { spec: { replicas: 15 } }, patchType.merge);
    await until(web, ({ status }) => status.replicas === 18);

    const sets = (await call('GET', apps('replicasets'))).body.items;
    expect(sets.map((set) => set.spec.replicas).sort((a, b) => b - a)).toEqual([11, 7]);
  });

  it('reports a quota that leaves no room', async () => {
    const { call, until } = await startCluster();
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few' },
      spec: { hard: { pods: '1' } },
    };
    await call('POST', core('resourcequotas'), quota);
    await call('POST', apps('deployments'), workload('Deployment', 'web', '1'));
    const seen = await until(web, (object) => conditionOf(object, 'ReplicaFailure') !== undefined);

    expect(conditionOf(seen, 'ReplicaFailure')).toMatchObject({
      status: 'True',
      reason: 'FailedCreate',
      message: expect.stringContaining(
        'is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1',
      ),
    });
  });
});
