import { describe, expect, it } from 'vitest';
import {
  apps,
  core,
  fastTimings,
  isRolledOut,
  patchType,
  setImage,
  startCluster,
  workload,
} from './support.ts';

const web = apps('statefulsets', 'web');
const imageOf = (pod: { spec: unknown }): string => /web:([\w.-]+)/.exec(JSON.stringify(pod.spec))?.[1] ?? '';

describe('a StatefulSet', () => {
  it('makes its pods one after the other', async () => {
    const { call, until, watch } = await startCluster();
    await call('POST', apps('statefulsets'), workload('StatefulSet', 'web', '1'));
    await until(web, isRolledOut);
    const order: string[] = [];
    for await (const { object } of watch(`${core('pods')}?watch=1&resourceVersion=1`)) {
      const step = `${object.metadata.name} ${object.status.containerStatuses?.[0]?.ready === true ? 'ready' : 'made'}`;
      if (!order.includes(step)) order.push(step);
      if (step === 'web-2 ready') break;
    }
    expect(order).toEqual([
      'web-0 made',
      'web-0 ready',
      'web-1 made',
      'web-1 ready',
      'web-2 made',
      'web-2 ready',
    ]);
  });

  it('makes them all at once where the policy is Parallel', async () => {
    const { call, until } = await startCluster({ timings: { ...fastTimings, readyMs: 60_000 } });
    await call(
      'POST',
      apps('statefulsets'),
      workload('StatefulSet', 'web', '1', { podManagementPolicy: 'Parallel' }),
    );
    const seen = await until(web, ({ status }) => status.replicas === 3);
    expect(seen.status.readyReplicas).toBeUndefined();
  });

  it('updates only from the partition up, and all once it is lowered', async () => {
    const { call, until } = await startCluster();
    const partitioned = (partition: number) => ({
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } },
    });
    await call('POST', apps('statefulsets'), workload('StatefulSet', 'web', '1', partitioned(2)));
    const first = await until(web, isRolledOut);
    await call('PATCH', web, setImage('2'), patchType.strategic);
    const partial = await until(
      web,
      ({ status }) => status.updatedReplicas === 1 && status.readyReplicas === 3,
    );
    const half = (await call('GET', core('pods'))).body.items.map(imageOf);
    await call('PATCH', web, { spec: partitioned(0) }, patchType.merge);
    const done = await until(web, isRolledOut);

    expect(half).toEqual(['1', '1', '2']);
    expect(partial.status).toMatchObject({
      currentReplicas: 2,
      currentRevision: first.status.updateRevision,
    });
    expect(done.status.currentRevision).toBe(done.status.updateRevision);
    expect((await call('GET', core('pods'))).body.items.map(imageOf)).toEqual(['2', '2', '2']);
  });

  it('leaves pods alone where the strategy is OnDelete', async () => {
    const { call, until } = await startCluster();
    await call(
      'POST',
      apps('statefulsets'),
      workload('StatefulSet', 'web', '1', { updateStrategy: { type: 'OnDelete' } }),
    );
    await until(web, isRolledOut);
    await call('PATCH', web, setImage('2'), patchType.strategic);
    await until(web, ({ status, metadata }) => status.observedGeneration === metadata.generation);
    await call('DELETE', core('pods', 'web-1'));
    await until(web, ({ status }) => status.updatedReplicas === 1 && status.readyReplicas === 3);

    expect((await call('GET', core('pods'))).body.items.map(imageOf)).toEqual(['1', '2', '1']);
  });

  it('stays wedged by a broken pod even after a rollback, until that pod is deleted', async () => {
    const { call, until } = await startCluster();
    await call('POST', apps('statefulsets'), workload('StatefulSet', 'web', '1'));
    await until(web, isRolledOut);
    await call('PATCH', web, setImage('missing'), patchType.strategic);
    await until(
      core('pods', 'web-2'),
      (pod) => pod.status.containerStatuses?.[0]?.state.waiting?.reason === 'ImagePullBackOff',
    );
    await call('PATCH', web, setImage('1'), patchType.strategic);
    await until(web, ({ status, metadata }) => status.observedGeneration === metadata.generation);
    const wedged = (await call('GET', core('pods', 'web-2'))).body;

    await call('DELETE', core('pods', 'web-2'));
    await until(web, isRolledOut);

    expect(imageOf(wedged)).toBe('missing');
    expect((await call('GET', core('pods'))).body.items.map(imageOf)).toEqual(['1', '1', '1']);
  });

  it('takes the highest ordinals away first, and keeps the claims', async () => {
    const { call, until, watch } = await startCluster();
    const claims = [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }];
    await call(
      'POST',
      apps('statefulsets'),
      workload('StatefulSet', 'web', '1', { volumeClaimTemplates: claims }),
    );
    const full = await until(web, isRolledOut);
    await call('PATCH', web, { spec: { replicas: 1 } }, patchType.merge);
    await until(web, ({ status }) => status.replicas === 1);

    const gone: string[] = [];
    for await (const { type, object } of watch(
      `${core('pods')}?watch=1&resourceVersion=${full.metadata.resourceVersion}`,
    )) {
      if (type === 'DELETED') gone.push(object.metadata.name);
      if (gone.length === 2) break;
    }
    expect(gone).toEqual(['web-2', 'web-1']);
    const { body } = await call('GET', core('persistentvolumeclaims'));
    expect(body.items.map((claim) => claim.metadata.name)).toEqual([
      'data-web-0',
      'data-web-1',
      'data-web-2',
    ]);
  });
});
