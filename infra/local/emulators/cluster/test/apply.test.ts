import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { apps, core, patchType, startCluster, type TestCluster, workload } from './support.ts';

const web = apps('deployments', 'web');

const applyWith =
  ({ call }: TestCluster) =>
  (manager: string, body: unknown, query = '', path = web) =>
    call('PATCH', `${path}?fieldManager=${manager}${query}`, stringify(body), patchType.apply);

const partial = (spec: Record<string, unknown>, metadata: Record<string, unknown> = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', ...metadata },
  spec,
});
const containers = (...list: readonly Record<string, unknown>[]) => ({
  template: { spec: { containers: list } },
});

describe('server-side apply', () => {
  it('creates, then changes nothing when applied again', async () => {
    const test = await startCluster();
    const apply = applyWith(test);
    const first = await apply('me', workload('Deployment', 'web', '1'));
    const second = await apply('me', workload('Deployment', 'web', '1'));

    expect(first.status).toBe(201);
    expect(second.status).toBe(200);
    expect(second.body.metadata.generation).toBe(1);
    expect(second.body.metadata.managedFields?.[0]).toEqual(first.body.metadata.managedFields?.[0]);
  });

  it('records what it owns the way a real server does', async () => {
    const test = await startCluster();
    const { body } = await applyWith(test)('me', workload('Deployment', 'web', '1'));
    expect(body.metadata.managedFields).toEqual([
      {
        manager: 'me',
        operation: 'Apply',
        apiVersion: 'apps/v1',
        time: expect.any(String),
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': {
            'f:replicas': {},
            'f:selector': {},
            'f:template': {
              'f:metadata': { 'f:labels': { 'f:app': {} } },
              'f:spec': {
                'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:image': {}, 'f:name': {} } },
              },
            },
          },
        },
      },
    ]);
  });

  it('takes away what the same manager no longer applies, and only that', async () => {
    const test = await startCluster();
    const apply = applyWith(test);
    const env = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ];
    const app = { name: 'app', image: 'x:1' };
    await apply(
      'me',
      workload(
        'Deployment',
        'web',
        '1',
        {},
        {
          containers: [
            { ...app, env },
            { name: 'side', image: 'y:1' },
          ],
        },
      ),
    );
    await test.call('PATCH', web, { metadata: { annotations: { theirs: '1' } } }, patchType.merge);
    const { body } = await apply(
      'me',
      workload('Deployment', 'web', '1', {}, { containers: [{ ...app, env: env.slice(1) }] }),
    );

    const template = body.spec.template as { spec: { containers: Record<string, unknown>[] } };
    expect(template.spec.containers.map(({ name, env: left }) => ({ name, left }))).toEqual([
      { name: 'app', left: [{ name: 'B', value: '2' }] },
    ]);
    expect(body.metadata.annotations?.theirs).toBe('1');
  });

  it('reports every conflict, and takes over with force', async () => {
    const test = await startCluster();
    const apply = applyWith(test);
    await apply('first', workload('Deployment', 'web', '1'));
    const rival = partial({ replicas: 5, ...containers({ name: 'app', image: 'registry.test/web:2' }) });
    const refused = await apply('second', rival);
    const forced = await apply('second', rival, '&force=true');
    const again = await apply('first', workload('Deployment', 'web', '1'));

    expect(refused.status).toBe(409);
    expect(refused.body.reason).toBe('Conflict');
    expect(refused.body.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "first" using apps/v1:\n- .spec.replicas\n- .spec.template.spec.containers[name="app"].image',
    );
    expect(refused.body.details.causes).toContainEqual({
      reason: 'FieldManagerConflict',
      message: 'conflict with "first" using apps/v1',
      field: '.spec.replicas',
    });
    expect([forced.status, forced.body.spec.replicas]).toEqual([200, 5]);
    expect(again.status).toBe(409);
  });

  it('lets two managers own a field on which they agree', async () => {
    const test = await startCluster();
    const apply = applyWith(test);
    await apply('first', workload('Deployment', 'web', '1'));
    const shared = await apply('second', partial({ replicas: 3 }));
    const { replicas: _gone, ...spec } = workload('Deployment', 'web', '1').spec as Record<string, unknown>;
    const dropped = await apply('first', partial(spec));
    const gone = await apply('second', partial({ paused: false }));

    expect(shared.status).toBe(200);
    expect(dropped.body.spec.replicas).toBe(3);
    // It has no owner any more: it falls back to the default.
    expect(gone.body.spec.replicas).toBe(1);
  });

  it('conflicts with what was scaled or patched by another manager', async () => {
    const test = await startCluster();
    const apply = applyWith(test);
    await apply('me', workload('Deployment', 'web', '1'));
    await test.call('PUT', `${web}/scale?fieldManager=scaler`, { kind: 'Scale', spec: { replicas: 7 } });
    const { status, body } = await apply('me', workload('Deployment', 'web', '1'));
    expect([status, body.message]).toEqual([
      409,
      'Apply failed with 1 conflict: conflict with "scaler" with subresource "scale" using apps/v1: .spec.replicas',
    ]);
  });

  it.each([
    { name: 'no manager', query: '', body: partial({}), status: 422, message: 'is required for apply patch' },
    {
      name: 'another name',
      query: '?fieldManager=me',
      body: { ...partial({}), metadata: { name: 'other' } },
      status: 400,
      message: 'the name of the object (other) does not match the name on the URL (web)',
    },
    {
      name: 'another kind',
      query: '?fieldManager=me',
      body: { ...partial({}), kind: 'Pod' },
      status: 400,
      message: 'cannot be handled as a Deployment',
    },
  ])('refuses $name', async ({ query, body, status, message }) => {
    const { call } = await startCluster();
    const answer = await call('PATCH', web + query, stringify(body), patchType.apply);
    expect(answer.status).toBe(status);
    expect(answer.body.message).toContain(message);
  });

  it('refuses fields that do not exist, and values of the wrong type', async () => {
    const test = await startCluster();
    const misspelt = { name: 'app', imagee: 'x:1', env: [{ name: 'A', value: 1 }] };
    const { status, body } = await applyWith(test)('me', partial(containers(misspelt)));
    expect([status, body.message]).toEqual([
      500,
      'failed to create typed patch object (default/web; apps/v1, Kind=Deployment): errors:\n  .spec.template.spec.containers[0].imagee: field not declared in schema\n  .spec.template.spec.containers.env.value: expected string, got number',
    ]);
  });

  it('writes nothing with dryRun', async () => {
    const test = await startCluster();
    const { status } = await applyWith(test)('me', workload('Deployment', 'web', '1'), '&dryRun=All');
    expect([status, (await test.call('GET', web)).status]).toEqual([201, 404]);
  });

  it('applies other kinds just as well', async () => {
    const test = await startCluster();
    const path = core('configmaps', 'settings');
    const map = (data: Record<string, string>) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
      data,
    });
    await applyWith(test)('me', map({ a: '1', b: '2' }), '', path);
    const { body } = await applyWith(test)('me', map({ a: '3' }), '', path);
    expect(body.data).toEqual({ a: '3' });
  });
});
