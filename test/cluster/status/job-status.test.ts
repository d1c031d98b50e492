import { expect, test } from 'vitest';
import type { Workload, WorkloadRef } from '../../../lib/cluster/objects/objects.ts';
import { jobStatus } from '../../../lib/cluster/status/job-status.ts';
import { judgeWorkload } from '../../../lib/cluster/status/workload-verdict.ts';
import { image, workload } from '../support/fixture.ts';

const ref: WorkloadRef = {
  ...{ apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs' },
  ...{ namespace: 'shop', name: 'migrate' },
};
const isTrue = (type: string, reason?: string, message?: string) => ({
  ...{ type, status: 'True' },
  ...(reason === undefined ? {} : { reason }),
  ...(message === undefined ? {} : { message }),
});
const job = (status: NonNullable<Workload['status']>, spec: Partial<Workload['spec']> = {}): Workload => ({
  ...workload('Deployment', spec),
  ...{ apiVersion: 'batch/v1', kind: 'Job', status },
});

test.each<[string, Workload, ReturnType<typeof jobStatus>]>([
  [
    'without a status',
    job({}),
    { type: 'waiting', message: 'Waiting for job "migrate" to complete: 0 of 1 completed, 0 running...' },
  ],
  [
    'that runs',
    job({ active: 1, succeeded: 1, failed: 2 }, { completions: 3 }),
    {
      type: 'waiting',
      message: 'Waiting for job "migrate" to complete: 1 of 3 completed, 1 running, 2 failed...',
    },
  ],
  [
    'that is complete',
    job({ succeeded: 1, conditions: [isTrue('SuccessCriteriaMet'), isTrue('Complete')] }),
    { type: 'done', message: 'job "migrate" completed' },
  ],
  [
    'that will be complete',
    job({ succeeded: 1, conditions: [isTrue('SuccessCriteriaMet')] }),
    { type: 'waiting', message: 'Waiting for job "migrate" to complete: 1 of 1 completed, 0 running...' },
  ],
  [
    'that failed',
    job({
      conditions: [isTrue('Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit')],
    }),
    {
      type: 'failed',
      message: 'job "migrate" failed: BackoffLimitExceeded: Job has reached the specified backoff limit',
    },
  ],
  [
    'that failed without a word',
    job({ conditions: [isTrue('Failed')] }),
    { type: 'failed', message: 'job "migrate" failed: no reason given' },
  ],
  [
    'that will fail',
    job({ active: 1, conditions: [isTrue('FailureTarget')] }),
    { type: 'waiting', message: 'Waiting for job "migrate" to complete: 0 of 1 completed, 1 running...' },
  ],
  [
    'whose condition is not so any more',
    job({ conditions: [{ type: 'Failed', status: 'False' }] }),
    { type: 'waiting', message: 'Waiting for job "migrate" to complete: 0 of 1 completed, 0 running...' },
  ],
  [
    'that is suspended',
    job({}, { suspend: true }),
    {
      type: 'waiting',
      message: `job "migrate" is suspended (spec.suspend) and waits for somebody to let it run: kubectl patch job migrate -n shop -p '{"spec":{"suspend":false}}'`,
    },
  ],
  [
    'that is suspended after its end',
    job({ conditions: [isTrue('Complete')] }, { suspend: true }),
    { type: 'done', message: 'job "migrate" completed' },
  ],
])('a Job %s', (_, given, expected) => {
  expect(jobStatus(ref, given)).toEqual(expected);
});

test('a Job counts by its end, a suspended one waits for a person, and one of another project by its template', () => {
  const release = { image, tag: '2' };
  const judged = (of: WorkloadRef, one: Workload) => judgeWorkload(of, one, release, true);
  expect(judged(ref, job({}))).toMatchObject({ type: 'waiting', phase: 'rolling-out', carries: true });
  expect(judged(ref, job({}, { suspend: true }))).toMatchObject({ type: 'waiting', phase: 'paused' });
  expect(judged({ ...ref, apiVersion: 'batch.volcano.sh/v1alpha1' }, job({}))).toMatchObject({
    type: 'done',
    message: 'job "migrate" has the image',
  });
});
