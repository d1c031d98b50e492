import { describe, expect, it } from 'vitest';
import { conditionOf, core, fastTimings, patchType, startCluster } from './support.ts';

const pod = (tag: string, spec: Record<string, unknown> = {}, annotations: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', annotations },
  spec: { containers: [{ name: 'app', image: `registry.test/web:${tag}` }], ...spec },
});
const container = (image: string, rest: Record<string, unknown> = {}) => ({ name: 'app', image, ...rest });
const web = core('pods', 'web');
const digest = `sha256:${'a1'.repeat(32)}`;

describe('a pod', () => {
  it('pulls, starts, becomes ready, and says with what digest', async () => {
    const { call, until } = await startCluster();
    await call('POST', core('pods'), pod('1'));
    const seen = await until(web, (object) => conditionOf(object, 'Ready')?.status === 'True');

    expect(seen.status.phase).toBe('Running');
    expect(seen.status.containerStatuses?.[0]?.imageID).toBe(`registry.test/web@${digest}`);
    const events = (await call('GET', core('events'))).body.items;
    expect(events.map((event) => event.reason).sort()).toEqual([
      'Created',
      'Pulled',
      'Pulling',
      'Scheduled',
      'Started',
    ]);
  });

  it('cannot pull what the registry does not have, and heals once it has', async () => {
    let pushed = false;
    const { call, until } = await startCluster({
      resolveImage: async () => (pushed ? { digest } : undefined),
    });
    await call('POST', core('pods'), pod('1'));
    const waiting = (reason: string) =>
      until(web, ({ status }) => status.containerStatuses?.[0]?.state.waiting?.reason === reason);
    const failed = await waiting('ErrImagePull');
    const backingOff = await waiting('ImagePullBackOff');
    pushed = true;
    const healed = await until(web, (object) => conditionOf(object, 'Ready')?.status === 'True');

    const words =
      'rpc error: code = NotFound desc = failed to pull and unpack image "registry.test/web:1": failed to resolve reference "registry.test/web:1": registry.test/web:1: not found';
    expect(failed.status.containerStatuses?.[0]?.state.waiting?.message).toBe(words);
    expect(backingOff.status.containerStatuses?.[0]?.state.waiting?.message).toBe(
      `Back-off pulling image "registry.test/web:1": ErrImagePull: ${words}`,
    );
    expect(failed.status.phase).toBe('Pending');
    expect(healed.status.phase).toBe('Running');
  });

  it("passes on a registry's own words", async () => {
    const { call, until } = await startCluster({
      resolveImage: async () => {
        throw new Error('unauthorized: authentication required');
      },
    });
    await call('POST', core('pods'), pod('1'));
    const seen = await until(
      web,
      ({ status }) => status.containerStatuses?.[0]?.state.waiting?.reason === 'ErrImagePull',
    );
    expect(seen.status.containerStatuses?.[0]?.state.waiting?.message).toContain(
      'unauthorized: authentication required',
    );
  });

  it.each([
    { tag: '1-crash', exitCode: 1, reason: 'Error' },
    { tag: '1-oom', exitCode: 137, reason: 'OOMKilled' },
  ])('crash-loops with tag $tag', async ({ tag, exitCode, reason }) => {
    const { call, until } = await startCluster();
    await call('POST', core('pods'), pod(tag));
    const seen = await until(
      web,
      ({ status }) =>
        status.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff' &&
        status.containerStatuses[0].restartCount >= 2,
    );
    expect(seen.status.containerStatuses?.[0]?.lastState.terminated).toMatchObject({ exitCode, reason });
    expect(seen.status.phase).toBe('Running');
    expect(conditionOf(seen, 'Ready')?.status).toBe('False');
  });

  it('never becomes ready with tag notready', async () => {
    const { call, until, watch } = await startCluster();
    await call('POST', core('pods'), pod('1-notready'));
    const running = await until(web, ({ status }) => status.phase === 'Running');
    for await (const { object } of watch(`${core('events')}?watch=1`))
      if (object.reason === 'Unhealthy') break;
    expect((await call('GET', web)).body.status.containerStatuses?.[0]?.ready).toBe(false);
    expect(conditionOf(running, 'Ready')).toMatchObject({
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [app]',
    });
  });

  it.each([
    {
      what: 'a ConfigMap for envFrom',
      spec: { envFrom: [{ configMapRef: { name: 'settings' } }] },
      message: 'configmap "settings" not found',
    },
    {
      what: 'a Secret for a variable',
      spec: { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'keys', key: 'a' } } }] },
      message: 'secret "keys" not found',
    },
  ])('waits for $what', async ({ spec, message }) => {
    const { call, until } = await startCluster();
    await call('POST', core('pods'), pod('1', { containers: [container('registry.test/web:1', spec)] }));
    const blocked = await until(
      web,
      ({ status }) => status.containerStatuses?.[0]?.state.waiting?.reason === 'CreateContainerConfigError',
    );
    await call('POST', core('configmaps'), { metadata: { name: 'settings' }, data: { a: '1' } });
    await call('POST', core('secrets'), { metadata: { name: 'keys' }, stringData: { a: '1' } });
    await until(web, (object) => conditionOf(object, 'Ready')?.status === 'True');

    expect(blocked.status.containerStatuses?.[0]?.state.waiting?.message).toBe(message);
  });

  it('waits for the ConfigMap of a volume', async () => {
    const { call, until, watch } = await startCluster();
    await call('POST', core('pods'), pod('1', { volumes: [{ name: 'v', configMap: { name: 'settings' } }] }));
    let message = '';
    for await (const { object } of watch(`${core('events')}?watch=1`))
      if (object.reason === 'FailedMount') {
        message = String(object.message);
        break;
      }
    await call('POST', core('configmaps'), { metadata: { name: 'settings' } });
    await until(web, (object) => conditionOf(object, 'Ready')?.status === 'True');
    expect(message).toBe('MountVolume.SetUp failed for volume "v" : configmap "settings" not found');
  });

  it('is not ready before its readiness gate is', async () => {
    const { call, until } = await startCluster();
    await call('POST', core('pods'), pod('1', { readinessGates: [{ conditionType: 'test/gate' }] }));
    const gated = await until(web, (object) => conditionOf(object, 'ContainersReady')?.status === 'True');
    const patch = { status: { conditions: [{ type: 'test/gate', status: 'True' }] } };
    await call('PATCH', `${web}/status`, patch, patchType.strategic);
    await until(web, (object) => conditionOf(object, 'Ready')?.status === 'True');

    expect(conditionOf(gated, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ReadinessGatesNotReady',
      message: 'corresponding condition of pod readiness gate "test/gate" does not exist.',
    });
  });

  it('runs its init containers first, and not at all where one crashes', async () => {
    const { call, until } = await startCluster();
    const init = (tag: string) => ({
      initContainers: [{ name: 'init', image: `registry.test/init:${tag}` }],
    });
    await call('POST', core('pods'), pod('1', init('1')));
    await until(web, (object) => conditionOf(object, 'Ready')?.status === 'True');
    await call('POST', core('pods'), { ...pod('1', init('1-crash')), metadata: { name: 'broken' } });
    const broken = await until(core('pods', 'broken'), ({ status }) =>
      JSON.stringify(status.initContainerStatuses).includes('CrashLoopBackOff'),
    );
    expect(broken.status.phase).toBe('Pending');
    expect(broken.status.containerStatuses?.[0]?.state.waiting?.reason).toBe('PodInitializing');
  });

  it('is Pending where it fits on no node', async () => {
    const { call, until } = await startCluster();
    await call('POST', core('pods'), pod('1', { nodeSelector: { disk: 'fast' } }));
    const seen = await until(web, (object) => conditionOf(object, 'PodScheduled') !== undefined);
    expect(conditionOf(seen, 'PodScheduled')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message: "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
    });
  });

  it('is shown as terminating for as long as it takes to stop', async () => {
    const { call, until, watch } = await startCluster({ timings: { ...fastTimings, terminateMs: 100 } });
    await call('POST', core('pods'), pod('1'));
    await until(web, (object) => conditionOf(object, 'Ready')?.status === 'True');
    const { body } = await call('DELETE', web);
    const again = await call('GET', web);
    for await (const { type } of watch(
      `${core('pods')}?watch=1&resourceVersion=${body.metadata.resourceVersion}`,
    ))
      if (type === 'DELETED') break;

    expect(body.metadata.deletionGracePeriodSeconds).toBe(30);
    expect(again.body.metadata.deletionTimestamp).toBe(body.metadata.deletionTimestamp);
    expect((await call('GET', web)).status).toBe(404);
  });

  it('starts one container anew where its image is changed in place', async () => {
    const { call, until } = await startCluster();
    await call('POST', core('pods'), pod('1'));
    await until(web, (object) => conditionOf(object, 'Ready')?.status === 'True');
    await call(
      'PATCH',
      web,
      { spec: { containers: [container('registry.test/web:2')] } },
      patchType.strategic,
    );
    const seen = await until(
      web,
      ({ status }) => status.containerStatuses?.[0]?.restartCount === 1 && status.containerStatuses[0].ready,
    );
    expect(seen.status.phase).toBe('Running');
  });

  it('takes as long to become ready as its annotation says', async () => {
    const { call, until } = await startCluster({ timings: { ...fastTimings, readyMs: 60_000 } });
    await call('POST', core('pods'), pod('1', {}, { 'tagboat.dev/ready-after-ms': '1' }));
    const seen = await until(web, (object) => conditionOf(object, 'Ready')?.status === 'True');
    expect(seen.status.phase).toBe('Running');
  });
});
