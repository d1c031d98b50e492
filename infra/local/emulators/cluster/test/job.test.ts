import { describe, expect, it } from 'vitest';
import { conditionOf, core, patchType, type Seen, startCluster } from './support.ts';

const batch = (plural: string, name = ''): string =>
  `/apis/batch/v1/namespaces/default/${plural}${name === '' ? '' : `/${name}`}`;
const migrate = batch('jobs', 'migrate');

const job = (tag: string, spec: Record<string, unknown> = {}, pod: Record<string, unknown> = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'migrate' },
  spec: {
    template: {
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'migrate', image: `registry.test/web:${tag}` }],
        ...pod,
      },
    },
    ...spec,
  },
});

const is =
  (type: string) =>
  (object: Seen): boolean =>
    conditionOf(object, type)?.status === 'True';

describe('a Job', () => {
  it('is complete once its pod has ended well', async () => {
    const { call, until } = await startCluster();
    await call('POST', batch('jobs'), job('1'));
    const seen = await until(migrate, is('Complete'));
    const [pod] = (await call('GET', core('pods'))).body.items;

    expect(seen.status).toMatchObject({ succeeded: 1, completionTime: expect.any(String) });
    expect(seen.spec).toMatchObject({ completions: 1, parallelism: 1, backoffLimit: 6, suspend: false });
    expect(pod?.status.phase).toBe('Succeeded');
    expect(pod?.metadata.labels).toMatchObject({ 'job-name': 'migrate' });
  });

  it('runs as many pods as it is to have completions', async () => {
    const { call, until } = await startCluster();
    await call('POST', batch('jobs'), job('1', { completions: 3, parallelism: 2 }));
    expect((await until(migrate, is('Complete'))).status).toMatchObject({ succeeded: 3 });
  });

  it('fails once its pods have failed too often', async () => {
    const { call, until } = await startCluster();
    await call('POST', batch('jobs'), job('1-crash', { backoffLimit: 0 }));
    const seen = await until(migrate, is('Failed'));

    expect(seen.status).toMatchObject({ failed: 1 });
    expect(conditionOf(seen, 'Failed')).toMatchObject({
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    });
  });

  it('whose container is restarted in place loses its pod when it fails', async () => {
    const { call, until } = await startCluster();
    await call('POST', batch('jobs'), job('1-crash', { backoffLimit: 1 }, { restartPolicy: 'OnFailure' }));
    const seen = await until(migrate, is('Failed'));

    expect(seen.status).toMatchObject({ failed: 1 });
    expect((await call('GET', core('pods'))).body.items).toEqual([]);
  });

  it('fails when its time is up', async () => {
    const { call, until } = await startCluster();
    await call('POST', batch('jobs'), job('missing', { activeDeadlineSeconds: 1 }));
    expect(conditionOf(await until(migrate, is('Failed')), 'Failed')?.reason).toBe('DeadlineExceeded');
  });

  it('runs nothing while it is suspended', async () => {
    const { call, until } = await startCluster();
    await call('POST', batch('jobs'), job('1', { suspend: true }));
    await until(migrate, is('Suspended'));
    expect((await call('GET', core('pods'))).body.items).toEqual([]);

    await call('PATCH', migrate, { spec: { suspend: false } }, patchType.merge);
    expect(conditionOf(await until(migrate, is('Complete')), 'Suspended')?.reason).toBe('JobResumed');
  });

  it('goes away with its pods when it has been finished for long enough', async () => {
    const { call, watch } = await startCluster();
    await call('POST', batch('jobs'), job('1', { ttlSecondsAfterFinished: 0 }));
    const types: string[] = [];
    for await (const { type } of watch(`${batch('jobs')}?watch=1`)) {
      types.push(type);
      if (type === 'DELETED') break;
    }
    expect(types.at(0)).toBe('ADDED');
  });

  it('is not taken with a restart policy for pods that run for ever', async () => {
    const { call } = await startCluster();
    const { status, body } = await call('POST', batch('jobs'), job('1', {}, { restartPolicy: 'Always' }));
    expect([status, body.message]).toEqual([
      422,
      'Job.batch "migrate" is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ]);
  });

  // kubernetes/kubernetes#89657
  it.each(['strategic', 'json', 'apply'] as const)('keeps its template: %s', async (how) => {
    const { call } = await startCluster();
    await call('POST', batch('jobs'), job('1'));
    const containers = [{ name: 'migrate', image: 'registry.test/web:9' }];
    const change = {
      strategic: { spec: { template: { spec: { containers } } } },
      json: [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'registry.test/web:9' }],
      apply: job('9'),
    }[how];
    const path = how === 'apply' ? `${migrate}?fieldManager=test&force=true` : migrate;
    const { status, body } = await call('PATCH', path, change, patchType[how]);
    expect([status, body.message]).toEqual([
      422,
      expect.stringMatching(/spec\.template: .*field is immutable$/),
    ]);

    // The same again changes nothing.
    const again = await call('PATCH', `${migrate}?fieldManager=test&force=true`, job('1'), patchType.apply);
    expect(again.status).toBe(200);
  });
});

describe('a CronJob', () => {
  it.each([
    ['0 3 * * *', 201],
    ['@daily', 201],
    ['3 * *', 422],
    ['', 422],
  ])('with the schedule "%s" is answered %i', async (schedule, expected) => {
    const { call } = await startCluster();
    const cronJob = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly' },
      spec: { schedule, jobTemplate: { spec: job('1').spec } },
    };
    expect((await call('POST', batch('cronjobs'), cronJob)).status).toBe(expected);
  });
});
