import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { type Cluster, connect } from '../../lib/cluster/connect/connect.ts';
import { deliver } from '../../lib/cluster/deliver/deliver.ts';
import { deployment, exampleApp } from './support/project.ts';
import { shareProject } from './support/share.ts';

/** Documents beside a workload, as in keel-hq/keel#251. */
const cronJob = (name: string, tag: string): string => `---
apiVersion: batch/v1
kind: CronJob
metadata: {name: ${name}-nightly}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec: {restartPolicy: Never, containers: [{name: nightly, image: "example/${name}:${tag}"}]}
`;

const job = (name: string, tag: string): string => `---
apiVersion: batch/v1
kind: Job
metadata: {name: ${name}-migrate}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: migrate, image: "example/${name}:${tag}"}]}
`;

/** As in 2gis/k8s-handle#100. */
const daemonSet = (name: string, tag: string): string => `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: ${name}}
spec:
  updateStrategy: {type: OnDelete}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: ${name}, image: "example/${name}:${tag}"}]}
`;

const app = (name: string, tag: string): string => deployment(name, `example/${name}:${tag}`, 1);
const set = { deliver: 'set-image' };

const manifests: Readonly<Record<string, (tag: string) => string>> = {
  'app-cron': (tag) => `${app('app-cron', tag)}${cronJob('app-cron', tag)}`,
  'app-job': (tag) => `${app('app-job', tag)}${job('app-job', tag)}`,
  'app-ondelete': (tag) => daemonSet('app-ondelete', tag),
  'app-digest': (tag) => app('app-digest', tag),
  'app-helm': (tag) => app('app-helm', tag),
};
const fileOf = (name: string) => ({ [`${name}/app.yml`]: manifests[name]?.('v1.0.0') ?? '' });

const project = shareProject({
  apps: {
    'app-cron': exampleApp('app-cron', { files: fileOf('app-cron'), environment: set }),
    'app-job': exampleApp('app-job', { files: fileOf('app-job'), environment: set }),
    'app-ondelete': exampleApp('app-ondelete', {
      files: fileOf('app-ondelete'),
      environment: { onFailure: 'undo', timeout: '2s' },
    }),
    'app-digest': exampleApp('app-digest', {
      files: fileOf('app-digest'),
      environment: { deliver: 'agent', timeout: '3s' },
    }),
    'app-helm': exampleApp('app-helm', {
      files: { 'app-helm/values.yaml': 'image:\n  repository: example/app-helm\n  tag: v1.0.0\n' },
      environment: { deliver: 'agent', files: '[app-helm/values.yaml]' },
    }),
  },
});

const inCluster = async <T>(use: (cluster: Cluster) => Promise<T>): Promise<T> => {
  const cluster = connect({ kubeconfig: await readFile(project().stack.kubeconfigPath, 'utf8') });
  try {
    return await use(cluster);
  } finally {
    cluster.close();
  }
};

/** What an agent in the cluster, or a person with kubectl, does. */
const apply = (name: string, tag: string, text = manifests[name]?.(tag) ?? ''): Promise<unknown> =>
  inCluster((cluster) =>
    deliver(cluster, {
      mode: 'apply',
      namespace: 'default',
      image: `docker.io/example/${name}`,
      tag,
      files: [{ path: 'app.yml', text }],
      changeCause: `by hand: ${tag}`,
    }),
  );

const read = (path: string): Promise<unknown> =>
  inCluster((cluster) => cluster.api.json({ method: 'GET', path, what: path }));

const start = async (name: string) => {
  const app = project().app(name);
  await app.pushImages('v1.0.0', 'v1.1.0');
  return app;
};

it('set-image: a CronJob beside the Deployment is set and counts', async () => {
  const app = await start('app-cron');
  await apply('app-cron', 'v1.0.0');

  await app.release('v1.1.0');

  expect(await app.releases()).toMatchObject([
    { state: 'healthy', workloads: [{ kind: 'Deployment' }, { kind: 'CronJob', name: 'app-cron-nightly' }] },
  ]);
  expect(await read('/apis/batch/v1/namespaces/default/cronjobs/app-cron-nightly')).toMatchObject({
    spec: {
      jobTemplate: { spec: { template: { spec: { containers: [{ image: 'example/app-cron:v1.1.0' }] } } } },
    },
  });
});

it('set-image: a Job, which cannot be set, is named in a verdict that is not healthy', async () => {
  const app = await start('app-job');
  await apply('app-job', 'v1.0.0');

  await app.release('v1.1.0');

  expect(await app.releases()).toMatchObject([
    {
      state: 'failed',
      code: 'not-set',
      reason: expect.stringContaining(
        'not everything was set: job "app-job-migrate" still has example/app-job:v1.0.0',
      ),
    },
  ]);
});

it('OnDelete: waiting for a person neither fails nor is undone', async () => {
  const app = await start('app-ondelete');
  await apply('app-ondelete', 'v1.0.0');
  await expect
    .poll(() => read('/apis/apps/v1/namespaces/default/daemonsets/app-ondelete'))
    .toMatchObject({ status: { numberAvailable: 2 } });

  await app.pushTag('v1.1.0');
  await expect
    .poll(async () => (await app.releases())[0])
    .toMatchObject({
      state: 'rolling-out',
      phase: 'waiting-for-person',
      progress: expect.stringContaining(
        '2 of 2 pods still run the old template, and its updateStrategy is OnDelete',
      ),
      paused: { by: 'somebody in the cluster, or a step of the rollout' },
    });
  await inCluster((cluster) =>
    cluster.api.json({
      method: 'DELETE',
      path: '/api/v1/namespaces/default/pods',
      query: { labelSelector: 'app=app-ondelete' },
      what: 'what a person does',
    }),
  );
  await project().stack.idle();

  expect(await app.history()).toEqual(['release v1.1.0 healthy']);
});

// helm/charts#23240
it('agent: the digest of the version before beside the tag of this one is never healthy', async () => {
  const app = await start('app-digest');
  const image = 'example/app-digest';
  const before = await project().stack.registry.push(image, 'v1.0.0');
  await apply('app-digest', 'v1.0.0');

  await app.pushTag('v1.1.0');
  await apply('app-digest', 'v1.1.0', deployment('app-digest', `${image}:v1.1.0@${before}`, 1));
  await project().stack.idle();

  expect(await app.releases()).toMatchObject([
    {
      state: 'failed',
      code: 'other-image',
      reason: expect.stringContaining(`it has ${image}:v1.1.0@${before}, and the digest decides`),
    },
  ]);
});

it('agent: with Helm values, the workload that it has yet to create is waited for', async () => {
  const app = await start('app-helm');

  await app.pushTag('v1.1.0');
  await expect
    .poll(async () => (await app.releases())[0])
    .toMatchObject({
      state: 'rolling-out',
      phase: 'waiting-for-agent',
      progress:
        'Waiting for the agent to create a workload that carries example/app-helm in namespace default...',
    });
  await apply('app-helm', 'v1.1.0');
  await project().stack.idle();

  expect(await app.releases()).toMatchObject([
    { state: 'healthy', workloads: [{ kind: 'Deployment', name: 'app-helm', namespace: 'default' }] },
  ]);
});
