import { startSimulatedCluster } from '@tagboat/embedded-cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Cluster, connect } from '../../lib/cluster/connect/connect.ts';
import { type Delivery, deliver } from '../../lib/cluster/deliver/deliver.ts';
import type { Workload } from '../../lib/cluster/objects/objects.ts';
import { type Rollout, watchRollout } from '../../lib/cluster/watch/watch-rollout.ts';
import { type Host, openHost } from '../agreement/serve.ts';
import { appImage, manifest } from '../realcluster/manifest.ts';

const timings = { pullMs: 100, startMs: 100, readyMs: 500, terminateMs: 200, backoffMs: 10_000 };
const digest = `sha256:${'a1'.repeat(32)}`;
const jobsPath = '/apis/batch/v1/namespaces/default/jobs';

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

type Fields = Readonly<Record<string, unknown>>;

const job = (
  tag: string,
  { metadata = { name: 'migrate' }, spec = {}, pod = {}, template = {} } = {} as {
    readonly metadata?: Fields;
    readonly spec?: Fields;
    readonly pod?: Fields;
    readonly template?: Fields;
  },
): string =>
  stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata,
    spec: {
      template: {
        metadata: template,
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'migrate', image: `acme/okeydokey:${tag}` }],
          ...pod,
        },
      },
      ...spec,
    },
  });

type Fixture = {
  readonly cluster: Cluster;
  readonly deliver: (tag: string, text: string, more?: Partial<Delivery>) => ReturnType<typeof deliver>;
  readonly watch: (
    tag: string,
    workloads: Rollout['workloads'],
    more?: Partial<Rollout>,
  ) => ReturnType<typeof watchRollout>;
  readonly jobs: () => Promise<readonly Workload[]>;
  readonly sleep: (milliseconds: number) => Promise<void>;
};

/** A cluster whose time goes by as soon as all else is done. */
const within = async (run: (fixture: Fixture) => Promise<void>): Promise<void> => {
  const resolveImage = async (reference: string) => (reference.endsWith('-bad') ? undefined : { digest });
  const { handle, token, time, close } = await startSimulatedCluster({ timings, resolveImage });
  const served = host.serve(handle, token);
  const cluster = connect({ kubeconfig: served.kubeconfig });
  const { clock } = time;
  try {
    await time.run(
      run({
        cluster,
        deliver: (tag, text, more = {}) =>
          deliver(cluster, {
            ...{
              mode: 'apply',
              namespace: 'default',
              image: appImage,
              tag,
              changeCause: 'x',
              release: `r-${tag}`,
            },
            files: [{ path: 'app.yml', text }],
            ...more,
          }),
        watch: (tag, workloads, more = {}) => {
          const end = clock.now() + 600_000;
          return watchRollout(cluster, {
            ...{ workloads, image: appImage, tag, mode: 'apply', clock, deadline: end, until: end },
            ...more,
          });
        },
        jobs: async () =>
          ((await cluster.api.json({ method: 'GET', path: jobsPath, what: 'jobs' })) as { items: Workload[] })
            .items,
        sleep: (milliseconds) => clock.sleep(milliseconds),
      }),
    );
  } finally {
    cluster.close();
    served.close();
    await close();
  }
};

describe('a Job of a release', () => {
  it('is followed until it is complete, beside the Deployment', () =>
    within(async ({ deliver, watch }) => {
      const workloads = await deliver('1', `${manifest('Deployment', '1')}---\n${job('1')}`);
      const verdict = await watch('1', workloads, { knownDigest: digest });
      expect(verdict).toEqual({
        type: 'healthy',
        message: 'deployment "web" successfully rolled out; job "migrate" completed',
        notes: [],
      });
    }));

  it('with generateName is made once for each release', () =>
    within(async ({ deliver, watch, jobs }) => {
      const text = (tag: string) => job(tag, { metadata: { generateName: 'migrate-' } });
      const first = await deliver('1', text('1'));
      expect(await deliver('1', text('1'))).toEqual(first);
      expect(await watch('1', first)).toMatchObject({ type: 'healthy' });
      const second = await deliver('2', text('2'));
      expect(await watch('2', second)).toMatchObject({ type: 'healthy' });
      const names = (await jobs()).map(({ metadata }) => metadata.name).toSorted();
      expect(names).toEqual([...first, ...second].map(({ name }) => name).toSorted());
    }));

  it('that fails has failed, with what its newest pod said', () =>
    within(async ({ deliver, watch }) => {
      const workloads = await deliver('1-crash', job('1-crash', { spec: { backoffLimit: 2 } }));
      expect(await watch('1-crash', workloads)).toEqual({
        type: 'failed',
        reason: 'job "migrate" failed: BackoffLimitExceeded: Job has reached the specified backoff limit',
        diagnosis: [
          expect.objectContaining({
            cause: 'job-failed',
            summary: 'Container migrate ended with exit code 1.',
            evidence: expect.arrayContaining([
              'container migrate: exit code 1, reason Error, 0 restarts',
              expect.stringMatching(/^log: panic: cannot start acme\/okeydokey:1-crash/),
            ]),
            workload: 'Job default/migrate',
            count: 3,
          }),
          expect.objectContaining({
            cause: 'job-failed',
            summary: 'The Job has failed: Job has reached the specified backoff limit.',
          }),
        ],
      });
    }));

  it('whose pod is deleted as it fails is explained by what was seen before', () =>
    within(async ({ deliver, watch }) => {
      const workloads = await deliver(
        '1-crash',
        job('1-crash', { spec: { backoffLimit: 2 }, pod: { restartPolicy: 'OnFailure' } }),
      );
      expect(await watch('1-crash', workloads)).toMatchObject({
        type: 'failed',
        diagnosis: [
          { cause: 'crash-loop', evidence: expect.arrayContaining([expect.stringMatching(/^log: panic:/)]) },
          { cause: 'job-failed' },
        ],
      });
    }));

  it('that crashes and succeeds in the end is healthy', () =>
    within(async ({ cluster, deliver, watch, sleep }) => {
      const workloads = await deliver(
        '1',
        job('1', {
          pod: {
            restartPolicy: 'OnFailure',
            containers: [
              { name: 'migrate', image: 'acme/okeydokey:1', envFrom: [{ configMapRef: { name: 'late' } }] },
            ],
          },
        }),
      );
      const watching = watch('1', workloads);
      await sleep(10_000);
      await cluster.api.json({
        method: 'POST',
        path: '/api/v1/namespaces/default/configmaps',
        body: {
          type: 'application/json',
          value: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late' } },
        },
        what: 'create',
      });
      expect(await watching).toMatchObject({ type: 'healthy' });
    }));

  it('whose time is up has failed', () =>
    within(async ({ deliver, watch }) => {
      const workloads = await deliver(
        '1',
        job('1', {
          spec: { activeDeadlineSeconds: 5 },
          template: { annotations: { 'tagboat.dev/ready-after-ms': '60000' } },
        }),
      );
      expect(await watch('1', workloads)).toMatchObject({
        type: 'failed',
        reason: 'job "migrate" failed: DeadlineExceeded: Job was active longer than specified deadline',
        diagnosis: [{ cause: 'job-deadline' }],
      });
    }));

  it('whose image cannot be pulled fails before its time', () =>
    within(async ({ deliver, watch }) => {
      const workloads = await deliver('1-bad', job('1-bad'));
      expect(await watch('1-bad', workloads)).toMatchObject({
        type: 'failed',
        diagnosis: [{ cause: 'image-pull', workload: 'Job default/migrate' }],
      });
    }));

  it('that is suspended waits for a person', () =>
    within(async ({ deliver, watch }) => {
      const workloads = await deliver('1', job('1', { spec: { suspend: true } }));
      const verdict = await watch('1', workloads, {
        until: Date.parse('2000-01-01'),
        deadline: Number.POSITIVE_INFINITY,
      });
      expect(verdict).toMatchObject({
        type: 'pending',
        progress: { phase: 'paused', message: expect.stringContaining('is suspended (spec.suspend)') },
      });
    }));

  it('that is cleared away at its end counts as it was seen, in a later watch too', () =>
    within(async ({ deliver, watch, jobs }) => {
      const workloads = await deliver('1', job('1', { spec: { ttlSecondsAfterFinished: 0 } }));
      let completedJobs: readonly string[] = [];
      const onJobCompleted = async (seen: readonly string[]) => {
        completedJobs = seen;
      };
      expect(await watch('1', workloads, { onJobCompleted })).toMatchObject({ type: 'healthy' });
      expect(await jobs()).toEqual([]);
      expect(completedJobs).toEqual(['Job default/migrate']);
      expect(await watch('1', workloads, { completedJobs })).toMatchObject({
        type: 'healthy',
        message: 'job "migrate" completed',
      });
    }));

  it('that is gone without having been seen complete is not healthy', () =>
    within(async ({ deliver, watch, sleep, jobs }) => {
      const workloads = await deliver('1', job('1', { spec: { ttlSecondsAfterFinished: 0 } }));
      while ((await jobs()).length > 0) await sleep(1_000);
      expect(await watch('1', workloads)).toMatchObject({
        type: 'failed',
        diagnosis: [{ cause: 'workload-missing', summary: 'The Job is gone, and was not seen to complete.' }],
      });
    }));
});

describe('a Job of the same name in each release', () => {
  it('is replaced once it has ended, and once for each release', () =>
    within(async ({ deliver, watch, jobs }) => {
      const replacing = { replaceJobs: true };
      await watch('1', await deliver('1', job('1'), replacing));
      const [before] = await jobs();
      const workloads = await deliver('2', job('2'), replacing);
      const [after] = await jobs();
      expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
      expect(await watch('2', workloads)).toMatchObject({ type: 'healthy' });

      await deliver('2', job('2'), replacing);
      expect((await jobs()).map(({ metadata }) => metadata.uid)).toEqual([after?.metadata.uid]);
    }));

  it('runs again in the next release of the same tag, after it failed', () =>
    within(async ({ deliver, watch, jobs }) => {
      const text = job('1-crash', { spec: { backoffLimit: 0 } });
      await watch('1-crash', await deliver('1-crash', text, { replaceJobs: true }));
      const [before] = await jobs();
      await deliver('1-crash', text, { replaceJobs: true, release: 'again' });
      const [after] = await jobs();
      expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
    }));

  it('is not ended while it runs', () =>
    within(async ({ deliver, jobs }) => {
      const slow = { template: { annotations: { 'tagboat.dev/ready-after-ms': '60000' } } };
      await deliver('1', job('1', slow));
      await expect(deliver('2', job('2', slow), { replaceJobs: true })).rejects.toMatchObject({
        code: 'job-running',
        retry: 'retryable',
        message: 'app.yml:1: Job migrate of an earlier release still runs, and is not ended by a release',
      });
      expect(await jobs()).toHaveLength(1);
    }));

  it('is refused where it may not be replaced', () =>
    within(async ({ deliver }) => {
      await deliver('1', job('1'));
      await expect(deliver('2', job('2'))).rejects.toMatchObject({
        code: 'cluster-refused',
        message: expect.stringContaining('field is immutable'),
      });
    }));
});
