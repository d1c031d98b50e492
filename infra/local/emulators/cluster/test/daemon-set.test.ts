import { describe, expect, it } from 'vitest';
import { apps, core, isRolledOut, patchType, setImage, startCluster, workload } from './support.ts';

const web = apps('daemonsets', 'web');

describe('a DaemonSet', () => {
  it('runs one pod on each node', async () => {
    const { call, until } = await startCluster();
    await call('POST', apps('daemonsets'), workload('DaemonSet', 'web', '1'));
    const seen = await until(web, isRolledOut);
    const pods = (await call('GET', core('pods'))).body.items;

    expect(pods.map((pod) => pod.spec.nodeName).sort()).toEqual(['node-1', 'node-2']);
    expect(seen.status).toEqual({
      observedGeneration: 1,
      desiredNumberScheduled: 2,
      currentNumberScheduled: 2,
      numberMisscheduled: 0,
      numberReady: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 2,
    });
  });

  it('replaces one pod at a time, and stops at the one that does not work', async () => {
    const { call, until } = await startCluster();
    await call('POST', apps('daemonsets'), workload('DaemonSet', 'web', '1'));
    await until(web, isRolledOut);
    await call('PATCH', web, setImage('2-crash'), patchType.strategic);
    const stuck = await until(web, ({ status }) => status.updatedNumberScheduled === 1);

    expect(stuck.status).toMatchObject({ numberAvailable: 1, numberUnavailable: 1 });

    await call('PATCH', web, setImage('3'), patchType.strategic);
    const healed = await until(web, isRolledOut);
    expect(healed.status).toMatchObject({ updatedNumberScheduled: 2, numberAvailable: 2 });
  });

  it('runs only on the nodes that its selector names', async () => {
    const { call, until } = await startCluster();
    const pod = { nodeSelector: { 'kubernetes.io/hostname': 'node-2' } };
    await call('POST', apps('daemonsets'), workload('DaemonSet', 'web', '1', {}, pod));
    const seen = await until(web, ({ status }) => status.numberReady === 1);
    expect(seen.status.desiredNumberScheduled).toBe(1);
  });

  it('leaves pods alone where the strategy is OnDelete', async () => {
    const { call, until } = await startCluster();
    await call(
      'POST',
      apps('daemonsets'),
      workload('DaemonSet', 'web', '1', { updateStrategy: { type: 'OnDelete' } }),
    );
    const before = await until(web, isRolledOut);
    await call('PATCH', web, setImage('2'), patchType.strategic);
    const after = await until(web, ({ status }) => status.observedGeneration === 2);

    expect(before.status.updatedNumberScheduled).toBe(2);
    expect(after.status).toMatchObject({ numberAvailable: 2 });
    expect(after.status.updatedNumberScheduled).toBeUndefined();
  });
});
