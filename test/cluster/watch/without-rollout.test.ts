import { describe, expect, test } from 'vitest';
import type { Workload, WorkloadRef } from '../../../lib/cluster/objects/objects.ts';
import { watchRollout } from '../../../lib/cluster/watch/watch-rollout.ts';
import { now, workload } from '../support/fixture.ts';
import { deployments, done, half, ref, rollout, withDeployment } from '../support/watching.ts';

const of = (kind: string, apiVersion: string, plural: string): WorkloadRef => ({
  apiVersion,
  kind,
  plural,
  namespace: 'shop',
  name: 'other',
});
const cronJob = of('CronJob', 'batch/v1', 'cronjobs');
const job = of('Job', 'batch/v1', 'jobs');
const knative = of('Service', 'serving.knative.dev/v1', 'services');
const pathOf = ({ apiVersion, plural }: WorkloadRef): string =>
  `/apis/${apiVersion}/namespaces/shop/${plural}`;

const object = (tag: string, status?: Workload['status']): Workload =>
  ({
    metadata: { name: 'other', namespace: 'shop', generation: 2 },
    spec: {
      jobTemplate: {
        spec: { template: { spec: { containers: [{ name: 'x', image: `acme/okeydokey:${tag}` }] } } },
      },
    },
    ...(status === undefined ? {} : { status }),
  }) as unknown as Workload;

const jobOf = (
  tag: string,
  ...conditions: NonNullable<Workload['status']>['conditions'] & object
): Workload =>
  ({
    metadata: { name: 'other', namespace: 'shop', uid: 'uid-other' },
    spec: {
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'uid-other' } },
      template: { spec: { containers: [{ name: 'x', image: `acme/okeydokey:${tag}` }] } },
    },
    status: { conditions },
  }) as unknown as Workload;

/** Watches a Deployment that is rolled out, and beside it another workload. */
const watch = async (
  other: WorkloadRef,
  found: Workload | undefined,
  more: Parameters<typeof rollout>[0] = {},
  forbidden: readonly string[] = [],
) => {
  let verdict: Awaited<ReturnType<typeof watchRollout>> | undefined;
  await withDeployment(
    workload('Deployment', {}, done),
    async ({ cluster }, collections) => {
      if (found !== undefined) collections.put(pathOf(other), found);
      verdict = await watchRollout(cluster, rollout({ workloads: [ref, other], ...more }));
    },
    forbidden,
  );
  return verdict;
};

describe('a CronJob', () => {
  test('counts once its template has the image', async () => {
    expect(await watch(cronJob, object('2'))).toEqual({
      type: 'healthy',
      message: 'deployment "web" successfully rolled out; cronjob "other" has the image',
      notes: [],
    });
  });

  // keel-hq/keel#251
  test('that keeps the image before is not healthy', async () => {
    expect(await watch(cronJob, object('1'), { mode: 'agent', until: now })).toMatchObject({
      type: 'pending',
      progress: {
        message: 'Waiting for cronjob "other" to be given acme/okeydokey:2 (it has acme/okeydokey:1)...',
      },
    });
    expect(await watch(cronJob, object('1'), { mode: 'set-image' })).toEqual({
      type: 'superseded',
      message: 'cronjob "other" was given acme/okeydokey:1 meanwhile',
    });
  });

  test('that may be applied and not read is said to be unchecked', async () => {
    expect(await watch(cronJob, undefined, {}, [pathOf(cronJob)])).toMatchObject({
      type: 'healthy',
      notes: [expect.stringContaining('Whether CronJob shop/other has the image could not be checked')],
    });
  });

  test('that was deleted has failed', async () => {
    expect(await watch(cronJob, undefined, { deadline: now - 1 })).toMatchObject({
      type: 'failed',
      diagnosis: [{ cause: 'workload-missing' }],
    });
  });
});

describe('a Job', () => {
  test('that set-image had to leave is named, and nothing is healthy', async () => {
    expect(await watch(job, jobOf('1'), { mode: 'set-image' })).toEqual({
      type: 'failed',
      reason:
        'not everything was set: job "other" still has acme/okeydokey:1: Kubernetes does not let the pod template of a Job be changed',
      diagnosis: [
        {
          cause: 'not-set',
          summary:
            'The image of Job shop/other was not set: Kubernetes does not let the pod template of a Job be changed.',
          evidence: [
            'job "other" still has acme/okeydokey:1: Kubernetes does not let the pod template of a Job be changed',
          ],
          next: expect.stringContaining('Delete the Job and create it again'),
          workload: 'Job shop/other',
        },
      ],
    });
  });

  test('that set-image found with the image is somebody else’s', async () => {
    expect(await watch(job, jobOf('2'), { mode: 'set-image' })).toMatchObject({
      type: 'healthy',
      notes: ['Job shop/other has the image; whether it succeeds is not watched.'],
    });
  });

  test('that set-image found with the tag did not run the image that was pushed under it since', async () => {
    expect(await watch(job, jobOf('2'), { mode: 'set-image', isRestart: true })).toMatchObject({
      message: expect.stringContaining('job "other" is not run again'),
      notes: expect.arrayContaining([
        'Job shop/other has the tag, and is not run again by set-image for the image that was pushed since.',
      ]),
    });
  });

  test('that is cleared away while the others are waited for counts as it was seen last', () =>
    withDeployment(workload('Deployment', {}, half), async ({ cluster }, collections) => {
      collections.put(pathOf(job), jobOf('2', { type: 'Complete', status: 'True' }));
      const seen: (readonly string[])[] = [];
      const onJobCompleted = async (jobs: readonly string[]) => void seen.push(jobs);
      const watching = watchRollout(cluster, rollout({ workloads: [ref, job], onJobCompleted }));
      await expect.poll(() => seen).toEqual([['Job shop/other']]);
      await expect.poll(() => collections.isWatched(pathOf(job))).toBe(true);
      collections.remove(pathOf(job), 'other');
      collections.put(deployments, workload('Deployment', {}, done));
      expect(await watching).toMatchObject({
        type: 'healthy',
        message: 'deployment "web" successfully rolled out; job "other" completed',
      });
    }));

  test('that was cleared away leaves nothing to set', async () => {
    expect(await watch(job, undefined, { mode: 'agent' })).toMatchObject({
      type: 'healthy',
      notes: ['Job shop/other is not in the cluster: whether it ran, and how it ended, was not seen.'],
    });
  });

  test('is named beside what was not healthy in time', () =>
    withDeployment(workload('Deployment', {}, {}), async ({ cluster }, collections) => {
      collections.put(pathOf(job), jobOf('1'));
      const late = rollout({ workloads: [ref, job], mode: 'set-image', deadline: now - 1 });
      expect(await watchRollout(cluster, late)).toMatchObject({
        type: 'failed',
        diagnosis: [{ cause: 'not-set' }, { cause: 'timeout' }],
      });
    }));
});

describe('a custom resource that says when it is ready', () => {
  const ready = (status: string, observedGeneration = 2): Workload['status'] => ({
    observedGeneration,
    conditions: [{ type: 'Ready', status, reason: 'RevisionMissing', message: 'no revision yet' }],
  });

  test('counts then', async () => {
    expect(await watch(knative, object('2', ready('True')))).toMatchObject({ type: 'healthy', notes: [] });
  });

  test.each([
    ['not ready', ready('False'), 'RevisionMissing: no revision yet'],
    ['ready as it was before', ready('True', 1), 'not observed yet: no revision yet'],
  ])('is waited for: %s', async (_, status, why) => {
    expect(await watch(knative, object('2', status), { until: now })).toMatchObject({
      type: 'pending',
      progress: { message: `Waiting for service "other" to be ready: ${why}...` },
    });
  });

  test('is not said to be more than it is where it does not say so', async () => {
    expect(await watch(knative, object('2'))).toMatchObject({
      type: 'healthy',
      notes: [
        'Service shop/other has the image in its pod template; whether its pods run it is not watched.',
      ],
    });
  });
});

describe('in mode agent', () => {
  const away: WorkloadRef = { ...ref, namespace: 'jobs' };
  const awayPath = '/apis/apps/v1/namespaces/jobs/deployments';
  const seek = { namespace: 'shop', isOpen: false, onFound: async () => {} };
  const agent = { mode: 'agent', seek } as const;

  test('what may not be read is said to be unchecked beside what may', async () => {
    expect(await watch(cronJob, undefined, agent, [pathOf(cronJob)])).toMatchObject({
      type: 'healthy',
      message: 'deployment "web" successfully rolled out; cronjob "other" may not be read here',
      notes: [expect.stringContaining('Whether CronJob shop/other has the image could not be checked')],
    });
  });

  test('nothing is healthy where nothing may be read', () =>
    withDeployment(
      undefined,
      async ({ cluster }) => {
        const only = rollout({ ...agent, workloads: [cronJob] });
        await expect(watchRollout(cluster, only)).rejects.toMatchObject({ code: 'cluster-forbidden' });
      },
      [pathOf(cronJob), `${pathOf(cronJob)}/other`],
    ));

  test('what may not be read does not keep what may from being awaited', () =>
    withDeployment(
      undefined,
      async ({ cluster }) => {
        const awaited = rollout({ ...agent, workloads: [cronJob, ref], until: now });
        expect(await watchRollout(cluster, awaited)).toMatchObject({
          type: 'pending',
          progress: { phase: 'waiting-for-agent' },
        });
      },
      [pathOf(cronJob), `${pathOf(cronJob)}/other`],
    ));

  test('a Deployment of another namespace counts as far as it may be read', async () => {
    expect(await watch(away, undefined, { ...agent, until: now })).toMatchObject({ type: 'pending' });
    expect(await watch(away, undefined, agent, [awayPath])).toMatchObject({
      type: 'healthy',
      notes: [expect.stringContaining('Whether Deployment jobs/web has the image could not be checked')],
    });
  });
});
