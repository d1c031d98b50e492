import { describe, expect, it } from 'vitest';
import { core, patchType, startCluster } from './support.ts';

type Fields = Record<string, unknown>;

const pod = (name: string, spec: Fields = {}, container: Fields = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'app', image: 'registry.test/web:1', ...container }], ...spec },
});
const resources = (requests: Fields, limits: Fields = {}) => ({ resources: { requests, limits } });

describe('a ResourceQuota', () => {
  it('counts what is used, and refuses what it has no room for', async () => {
    const { call, until } = await startCluster();
    const hard = { pods: '2', 'requests.cpu': '300m', 'requests.memory': '1Gi', 'count/configmaps': '1' };
    await call('POST', core('resourcequotas'), { metadata: { name: 'team' }, spec: { hard } });
    const small = resources({ cpu: '200m', memory: '192Mi' });
    await call('POST', core('pods'), pod('a', {}, small));
    const counted = await until(
      core('resourcequotas', 'team'),
      ({ status }) => (status.used as Record<string, string> | undefined)?.pods === '1',
    );
    const refused = await call('POST', core('pods'), pod('b', {}, small));
    const silent = await call('POST', core('pods'), pod('b'));
    await call('POST', core('configmaps'), { metadata: { name: 'one' } });
    const second = await call('POST', core('configmaps'), { metadata: { name: 'two' } });
    await call('DELETE', core('pods', 'a'), { gracePeriodSeconds: 0 });
    await until(
      core('resourcequotas', 'team'),
      ({ status }) => (status.used as Record<string, string> | undefined)?.pods === '0',
    );
    const again = await call('POST', core('pods'), pod('b', {}, small));

    expect(counted.status).toMatchObject({
      hard,
      used: { pods: '1', 'requests.cpu': '200m', 'requests.memory': '192Mi', 'count/configmaps': '0' },
    });
    expect(refused.body).toMatchObject({
      code: 403,
      message:
        'pods "b" is forbidden: exceeded quota: team, requested: requests.cpu=200m, used: requests.cpu=200m, limited: requests.cpu=300m',
    });
    expect(silent.body.message).toBe(
      'pods "b" is forbidden: failed quota: team: must specify requests.cpu for: app; requests.memory for: app',
    );
    expect(second.body.message).toBe(
      'configmaps "two" is forbidden: exceeded quota: team, requested: count/configmaps=1, used: count/configmaps=1, limited: count/configmaps=1',
    );
    expect(again.status).toBe(201);
  });
});

describe('a LimitRange', () => {
  it('gives defaults, and refuses what is beyond its bounds', async () => {
    const { call } = await startCluster();
    const limit = {
      type: 'Container',
      max: { cpu: '100m', memory: '64Mi' },
      min: { memory: '8Mi' },
      maxLimitRequestRatio: { cpu: 2 },
    };
    await call('POST', core('limitranges'), { metadata: { name: 'small' }, spec: { limits: [limit] } });
    const filled = await call('POST', core('pods'), pod('a'));
    const refused = await call(
      'POST',
      core('pods'),
      pod('b', {}, resources({ cpu: '50m', memory: '4Mi' }, { cpu: '200m', memory: '128Mi' })),
    );

    expect((filled.body.spec.containers as unknown as { resources: unknown }[])[0]?.resources).toEqual({
      limits: { cpu: '100m', memory: '64Mi' },
      requests: { cpu: '100m', memory: '64Mi' },
    });
    // Word for word what kube-apiserver 1.20 answers.
    expect(refused.body.message).toBe(
      'pods "b" is forbidden: [minimum memory usage per Container is 8Mi, but request is 4Mi, maximum cpu usage per Container is 100m, but limit is 200m, maximum memory usage per Container is 64Mi, but limit is 128Mi, cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000]',
    );
  });
});

describe('a service account', () => {
  it('has to be there', async () => {
    const { call } = await startCluster();
    const asWeb = pod('a', { serviceAccountName: 'web' });
    const refused = await call('POST', core('pods'), asWeb);
    await call('POST', core('serviceaccounts'), { metadata: { name: 'web' } });
    const taken = await call('POST', core('pods'), asWeb);

    expect(refused.body).toMatchObject({
      code: 403,
      message:
        'pods "a" is forbidden: error looking up service account default/web: serviceaccount "web" not found',
    });
    expect(taken.status).toBe(201);
  });
});

describe('Pod Security', () => {
  const label = (level: string) => ({
    metadata: { labels: { 'pod-security.kubernetes.io/enforce': level } },
  });
  const careful = {
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };

  it.each([
    ['restricted', pod('a', {}, careful), 201],
    ['restricted', pod('a', careful, careful), 201],
    ['restricted', pod('a'), 403],
    ['baseline', pod('a'), 201],
    ['baseline', pod('a', { hostNetwork: true }), 403],
    ['baseline', pod('a', {}, { securityContext: { privileged: true } }), 403],
    ['privileged', pod('a', { hostNetwork: true }), 201],
  ])('%s', async (level, given, status) => {
    const { call } = await startCluster();
    await call('PATCH', '/api/v1/namespaces/default', label(level), patchType.merge);
    const answer = await call('POST', core('pods'), given);
    expect(answer.status, answer.body.message).toBe(status);
  });
});

it('a finalizer keeps a pod whose containers have ended, until it is taken away', async () => {
  const { call, until, watch } = await startCluster();
  const held = pod('a');
  await call('POST', core('pods'), { ...held, metadata: { ...held.metadata, finalizers: ['test/drain'] } });
  await until(core('pods', 'a'), ({ status }) => status.phase === 'Running');
  await call('DELETE', core('pods', 'a'));
  const ended = await until(core('pods', 'a'), ({ metadata }) => metadata.deletionGracePeriodSeconds === 0);
  const gone = (async () => {
    for await (const { type } of watch(
      `${core('pods')}?watch=1&resourceVersion=${ended.metadata.resourceVersion}`,
    ))
      if (type === 'DELETED') return;
  })();
  await call('PATCH', core('pods', 'a'), { metadata: { finalizers: null } }, patchType.merge);
  await gone;

  expect(ended.status.containerStatuses?.[0]).toMatchObject({
    ready: false,
    state: { terminated: { exitCode: 0, reason: 'Completed' } },
  });
  expect((await call('GET', core('pods', 'a'))).status).toBe(404);
});
