import { describe, expect, it } from 'vitest';
import {
  apps,
  conditionOf,
  core,
  fastTimings,
  isRolledOut,
  patchType,
  startCluster,
  workload,
} from './support.ts';

const web = apps('deployments', 'web');

describe('the API', () => {
  it('answers 401 without its token, and says who it is without', async () => {
    const { url } = await startCluster();
    const refused = await fetch(`${url}/api/v1/pods`, { headers: { authorization: 'Bearer wrong' } });
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({
      kind: 'Status',
      reason: 'Unauthorized',
      code: 401,
      message: 'Unauthorized',
    });
    expect(await (await fetch(`${url}/readyz`)).text()).toBe('ok');
    expect(await (await fetch(`${url}/version`)).json()).toMatchObject({ major: '1', minor: '32' });
  });

  it('says that its token may do everything, and takes no review that asks nothing', async () => {
    const { call } = await startCluster();
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' };
    const spec = { resourceAttributes: { namespace: 'default', verb: 'patch', resource: 'services' } };
    const answer = await call('POST', path, { ...review, spec });
    const empty = await call('POST', path, { ...review, spec: {} });

    expect([answer.status, answer.body.spec, answer.body.status]).toEqual([201, spec, { allowed: true }]);
    expect([empty.status, empty.body.reason]).toEqual([422, 'Invalid']);
  });

  it.each([
    { path: '/apis/nope/v1/things', message: 'the server could not find the requested resource' },
    {
      path: '/apis/apps/v1/namespaces/default/nope',
      message: 'the server could not find the requested resource',
    },
    { path: apps('deployments', 'nope'), message: 'deployments.apps "nope" not found' },
    { path: core('pods', 'nope'), message: 'pods "nope" not found' },
  ])('answers 404 for $path', async ({ path, message }) => {
    const { call } = await startCluster();
    const { status, body } = await call('GET', path);
    expect({ status, message: body.message, reason: body.reason }).toEqual({
      status: 404,
      message,
      reason: 'NotFound',
    });
  });

  it('refuses a namespace that is not there, a name that is taken, and a stale write', async () => {
    const { call } = await startCluster();
    const body = workload('Deployment', 'web', '1');
    const nowhere = await call('POST', '/apis/apps/v1/namespaces/nowhere/deployments', body);
    const first = await call('POST', apps('deployments'), body);
    const second = await call('POST', apps('deployments'), body);
    const stale = await call('PUT', web, {
      ...first.body,
      metadata: { ...first.body.metadata, resourceVersion: '1' },
    });

    expect([nowhere.status, nowhere.body.message]).toEqual([404, 'namespaces "nowhere" not found']);
    expect([second.status, second.body.message]).toEqual([409, 'deployments.apps "web" already exists']);
    expect([stale.status, stale.body.message]).toEqual([
      409,
      'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
    ]);
  });

  const invalid = [
    { name: 'no selector', spec: { selector: undefined }, field: 'spec.selector', message: 'Required value' },
    {
      name: 'a selector for others',
      spec: { selector: { matchLabels: { app: 'other' } } },
      field: 'spec.template.metadata.labels',
      message: 'Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
    },
    {
      name: 'negative replicas',
      spec: { replicas: -1 },
      field: 'spec.replicas',
      message: 'Invalid value: -1: must be greater than or equal to 0',
    },
    {
      name: 'no room to move',
      spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } },
      field: 'spec.strategy.rollingUpdate.maxUnavailable',
      message: 'Invalid value: 0: may not be 0 when `maxSurge` is 0',
    },
  ];
  it.each(invalid)('answers 422 for $name', async ({ spec, field, message }) => {
    const { call } = await startCluster();
    const { status, body } = await call(
      'POST',
      apps('deployments'),
      workload('Deployment', 'web', '1', spec),
    );
    expect(status).toBe(422);
    expect(body.reason).toBe('Invalid');
    expect(body.details.causes).toContainEqual(expect.objectContaining({ field, message }));
  });

  it('lists every problem of an object', async () => {
    const { call } = await startCluster();
    const containers = [
      { name: 'A_', image: 'x' },
      { name: 'b' },
      { name: 'b', image: 'y', volumeMounts: [{ name: 'v', mountPath: '/v' }] },
    ];
    const { body } = await call(
      'POST',
      apps('deployments'),
      workload('Deployment', 'web', '1', {}, { containers }),
    );
    expect(body.details.causes?.map(({ field }) => field)).toEqual([
      'spec.template.spec.containers[0].name',
      'spec.template.spec.containers[1].image',
      'spec.template.spec.containers[2].name',
      'spec.template.spec.containers[2].volumeMounts[0].name',
    ]);
  });

  it('refuses a value of the wrong type', async () => {
    const { call } = await startCluster();
    const containers = [{ name: 'app', image: 'x', env: [{ name: 'PORT', value: 8080 }] }];
    const { status, body } = await call(
      'POST',
      apps('deployments'),
      workload('Deployment', 'web', '1', {}, { containers }),
    );
    expect([status, body.reason]).toEqual([400, 'BadRequest']);
    expect(body.message).toContain('spec.template.spec.containers.env.value of type string');
  });

  it('refuses unknown fields where the client wants it strict', async () => {
    const { call } = await startCluster();
    const body = workload('Deployment', 'web', '1', { replica: 2 });
    const strict = await call('POST', `${apps('deployments')}?fieldValidation=Strict`, body);
    const lenient = await call('POST', apps('deployments'), body);
    expect([strict.status, lenient.status]).toEqual([400, 201]);
    expect(strict.body.message).toContain('strict decoding error: unknown field "spec.replica"');
  });

  it('keeps a selector for good', async () => {
    const { call } = await startCluster();
    await call('POST', apps('deployments'), workload('Deployment', 'web', '1'));
    const { status, body } = await call(
      'PATCH',
      web,
      { spec: { selector: { matchLabels: { tier: 'x' } } } },
      patchType.merge,
    );
    expect(status).toBe(422);
    expect(body.message).toContain('field is immutable');
  });

  // https://github.com/kubernetes/kubernetes/issues/89657
  it("keeps a Job's template for good", async () => {
    const { call } = await startCluster();
    const job = (image: string) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'migrate' },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'migrate', image }] } } },
    });
    const jobs = '/apis/batch/v1/namespaces/default/jobs';
    await call('POST', jobs, job('example/web:v1'));

    const [same, other] = [
      await call('PATCH', `${jobs}/migrate`, job('example/web:v1'), patchType.strategic),
      await call('PATCH', `${jobs}/migrate`, job('example/web:v9'), patchType.strategic),
    ];

    expect([same.status, other.status]).toEqual([200, 422]);
    expect(other.body.message).toMatch(
      /^Job\.batch "migrate" is invalid: spec\.template: .*: field is immutable$/,
    );
  });

  it('counts generations by the spec, and resource versions by every write', async () => {
    const { call, until } = await startCluster();
    await call('POST', apps('deployments'), workload('Deployment', 'web', '1'));
    const idle = await until(web, isRolledOut);
    const same = await call('PATCH', web, { spec: { replicas: 3 } }, patchType.merge);
    const labelled = await call('PATCH', web, { metadata: { labels: { a: 'b' } } }, patchType.merge);
    const scaled = await call('PATCH', web, { spec: { replicas: 2 } }, patchType.merge);

    expect(same.body.metadata.resourceVersion).toBe(idle.metadata.resourceVersion);
    expect(labelled.body.metadata.generation).toBe(1);
    expect(scaled.body.metadata.generation).toBe(2);
  });

  it('writes nothing with dryRun', async () => {
    const { call } = await startCluster();
    const created = await call(
      'POST',
      `${apps('deployments')}?dryRun=All`,
      workload('Deployment', 'web', '1'),
    );
    expect([created.status, created.body.spec.replicas]).toEqual([201, 3]);
    expect((await call('GET', web)).status).toBe(404);
    await call('POST', apps('deployments'), workload('Deployment', 'web', '1'));
    const patched = await call('PATCH', `${web}?dryRun=All`, { spec: { replicas: 7 } }, patchType.merge);
    await call('DELETE', `${web}?dryRun=All`);
    expect(patched.body.spec.replicas).toBe(7);
    expect((await call('GET', web)).body.spec.replicas).toBe(3);
  });

  it('lists by labels, by fields, and in pages', async () => {
    const { call } = await startCluster();
    for (const [name, tier] of [
      ['a', 'x'],
      ['b', 'y'],
      ['c', 'x'],
    ])
      await call('POST', core('configmaps'), { metadata: { name, labels: { tier } } });
    const names = async (query: string) =>
      (await call('GET', `${core('configmaps')}?${query}`)).body.items.map(({ metadata }) => metadata.name);

    expect(await names('labelSelector=tier=x')).toEqual(['a', 'c']);
    expect(await names(`labelSelector=${encodeURIComponent('tier notin (x),tier')}`)).toEqual(['b']);
    expect(await names('labelSelector=!tier')).toEqual([]);
    expect(await names('fieldSelector=metadata.name=b')).toEqual(['b']);
    const { body } = await call('GET', `${core('configmaps')}?limit=2`);
    const next = (body.metadata as unknown as { continue: string }).continue;
    expect(body.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    expect(await names(`limit=2&continue=${next}`)).toEqual(['c']);
  });

  it.each([
    { policy: 'Background', left: 0 },
    { policy: 'Foreground', left: 0 },
    { policy: 'Orphan', left: 1 },
  ])('deletes with propagation $policy', async ({ policy, left }) => {
    const { call, until } = await startCluster();
    await call('POST', apps('deployments'), workload('Deployment', 'web', '1', { replicas: 1 }));
    await until(web, isRolledOut);
    await call('DELETE', web, { propagationPolicy: policy });
    const count = async () => (await call('GET', core('pods'))).body.items.length;
    while ((await call('GET', web)).status !== 404 || (await count()) !== left)
      await new Promise(setImmediate);

    expect((await call('GET', apps('replicasets'))).body.items).toHaveLength(left);
  });

  it('empties a namespace before it goes', async () => {
    const { call } = await startCluster();
    await call('POST', '/api/v1/namespaces', { metadata: { name: 'team' } });
    await call('POST', '/apis/apps/v1/namespaces/team/deployments', workload('Deployment', 'web', '1'));
    const { body } = await call('DELETE', '/api/v1/namespaces/team');
    while ((await call('GET', '/api/v1/namespaces/team')).status !== 404) await new Promise(setImmediate);

    expect(body.status.phase).toBe('Terminating');
    expect((await call('GET', '/apis/apps/v1/deployments')).body.items).toEqual([]);
  });

  it('deletes a whole collection', async () => {
    const { call } = await startCluster();
    for (const name of ['a', 'b']) await call('POST', core('configmaps'), { metadata: { name } });
    await call('DELETE', core('configmaps'));
    expect((await call('GET', core('configmaps'))).body.items).toEqual([]);
  });

  it('takes the status, and nothing else, through the status subresource', async () => {
    const { call } = await startCluster({ timings: { ...fastTimings, pullMs: 60_000 } });
    await call('POST', core('pods'), {
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'app', image: 'x:1' }] },
    });
    const patch = {
      metadata: { labels: { a: 'b' } },
      status: { conditions: [{ type: 'gate', status: 'True' }] },
    };
    const { body } = await call('PATCH', `${core('pods', 'web')}/status`, patch, patchType.strategic);
    expect(conditionOf(body, 'gate')?.status).toBe('True');
    expect(body.metadata.labels).toBeUndefined();
  });

  it('refuses bodies and methods it does not know', async () => {
    const { call } = await startCluster();
    expect((await call('POST', core('pods'), 'x', 'text/plain')).status).toBe(415);
    expect((await call('POST', core('pods'), '{"metadata"')).status).toBe(400);
    expect((await call('PUT', core('pods'), '{}')).status).toBe(405);
    expect((await call('POST', core('pods'), { kind: 'Secret' })).status).toBe(400);
    expect((await call('GET', `${core('pods')}?fieldSelector=spec.x=1`)).status).toBe(400);
  });
});
