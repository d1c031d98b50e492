import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { connect } from '../../lib/cluster/connect/connect.ts';
import type { Workload } from '../../lib/cluster/objects/objects.ts';
import { deployment, exampleApp } from './support/project.ts';
import { shareProject } from './support/share.ts';

/** @param metadata of the Job, without its braces */
const job = (name: string, metadata: string): string => `---
apiVersion: batch/v1
kind: Job
metadata: { ${metadata} }
spec:
  backoffLimit: 0
  template:
    spec: { restartPolicy: Never, containers: [{ name: migrate, image: "example/${name}:v1.0.0" }] }
`;

const cronJob = (name: string): string => `---
apiVersion: batch/v1
kind: CronJob
metadata: { name: ${name}-nightly }
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec: { restartPolicy: Never, containers: [{ name: nightly, image: "example/${name}:v1.0.0" }] }
`;

const app = (name: string, more: string) => ({
  [`${name}/app.yml`]: `${deployment(name, `example/${name}:v1.0.0`, 1)}${more}`,
});
const first = 'annotations: { tagboat.dev/first: "true" }';

const project = shareProject({
  apps: {
    shop: exampleApp('shop', {
      files: app('shop', `${job('shop', `generateName: shop-migrate-, ${first}`)}${cronJob('shop')}`),
      environment: { deliver: 'apply' },
    }),
    till: exampleApp('till', {
      files: app('till', job('till', 'name: till-migrate')),
      environment: { deliver: 'apply', replaceJobs: 'true' },
    }),
    desk: exampleApp('desk', {
      files: app('desk', job('desk', 'name: desk-migrate')),
      environment: { deliver: 'apply' },
    }),
  },
});

const read = async (path: string): Promise<unknown> => {
  const cluster = connect({ kubeconfig: await readFile(project().stack.kubeconfigPath, 'utf8') });
  try {
    return await cluster.api.json({ method: 'GET', path, what: path });
  } finally {
    cluster.close();
  }
};

const imageOf = ({ spec }: Workload): string | undefined => spec.template.spec.containers[0]?.image;

/** The images of the Jobs whose names begin so. */
const jobs = async (name: string): Promise<readonly (string | undefined)[]> => {
  const { items } = (await read('/apis/batch/v1/namespaces/default/jobs')) as {
    readonly items: readonly Workload[];
  };
  return items.filter(({ metadata }) => metadata.name.startsWith(name)).map(imageOf);
};
const deployed = async (name: string) =>
  imageOf((await read(`/apis/apps/v1/namespaces/default/deployments/${name}`)) as Workload);

it('a Job that goes first is run anew for each release, and all that the commit changed counts', async () => {
  const shop = project().app('shop');
  await shop.pushImages('v1.0.0', 'v1.1.0', 'v1.2.0');

  await shop.release('v1.1.0', 'v1.2.0');

  expect(await shop.history()).toEqual(['release v1.2.0 healthy', 'release v1.1.0 healthy']);
  expect((await shop.releases())[0]).toMatchObject({
    workloads: [{ kind: 'Job' }, { kind: 'Deployment' }, { kind: 'CronJob' }],
    notes: [
      expect.stringMatching(/^CronJob default\/shop-nightly runs next at .* 03:00 UTC \(0 3 \* \* \*\)\.$/),
    ],
  });
  expect((await jobs('shop-migrate')).toSorted()).toEqual(
    expect.arrayContaining(['example/shop:v1.1.0', 'example/shop:v1.2.0']),
  );

  // It fails: the Deployment is not touched, and Git is ahead until somebody does something about it.
  await shop.pushImages('v1.3.0-crash');
  await shop.release('v1.3.0-crash');
  expect(await deployed('shop')).toBe('example/shop:v1.2.0');
  expect((await shop.releases())[0]).toMatchObject({
    state: 'failed',
    code: 'job-failed',
    diagnosis: [
      {
        summary: 'Container migrate ended with exit code 1.',
        evidence: expect.arrayContaining([expect.stringContaining('log: panic: cannot start')]),
      },
      { summary: 'The Job has failed: Job has reached the specified backoff limit.' },
    ],
  });
  expect(JSON.stringify(shop.slackMessages()[0]?.body)).toContain(
    'Git says `v1.3.0-crash`, and the cluster may still run `v1.2.0`.',
  );

  const before = (await jobs('shop-migrate')).length;
  await project().slash('/undo shop');
  await project().stack.idle();
  expect((await shop.releases())[0]).toMatchObject({
    ...{ kind: 'undo', tag: 'v1.2.0', state: 'healthy' },
    notes: expect.arrayContaining([expect.stringContaining('An undo runs no Jobs')]),
  });
  expect(await jobs('shop-migrate')).toHaveLength(before);
});

it('replaceJobs: a Job of the same name makes room for that of the next release', async () => {
  const till = project().app('till');
  await till.pushImages('v1.0.0', 'v1.1.0', 'v1.2.0');
  await till.release('v1.1.0', 'v1.2.0');
  expect(await till.history()).toEqual(['release v1.2.0 healthy', 'release v1.1.0 healthy']);
  expect(await jobs('till-migrate')).toEqual(['example/till:v1.2.0']);
});

// kubernetes/kubernetes#89657
it('without it the release is refused before its commit, and says what to do', async () => {
  const desk = project().app('desk');
  await desk.pushImages('v1.1.0', 'v1.2.0');
  await desk.release('v1.1.0');
  const commits = await desk.commits();
  await desk.release('v1.2.0');
  expect((await desk.releases())[0]).toMatchObject({
    ...{ state: 'failed', code: 'cluster-refused' },
    reason: expect.stringContaining('or set `replaceJobs: true` for the environment'),
  });
  expect(await desk.commits()).toBe(commits);
});
