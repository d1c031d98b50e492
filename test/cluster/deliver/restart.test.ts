import { expect, test } from 'vitest';
import type { Delivery } from '../../../lib/cluster/deliver/deliver.ts';
import { cronJob, cronJobs, empty, none, resources, set, spec } from '../support/delivering.ts';
import { workload } from '../support/fixture.ts';

const at = '2026-11-23T12:00:00.000Z';
const restarted = {
  spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': at } } } },
};
const deployments = '/apis/apps/v1/namespaces/shop/deployments';
const rollouts = '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts';
const text =
  "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: web, image: 'acme/okeydokey:3' }] } } }\n";
const deployment = workload('Deployment', { template: { spec: spec('acme/okeydokey:3') } });
const objects = {
  ...empty,
  '/apis/apps/v1': resources(['Deployment', 'deployments']),
  [deployments]: { items: [deployment] },
  [`${deployments}/web`]: deployment,
};
const restartsOf = (patches: readonly { readonly path: string; readonly body: unknown }[]) =>
  patches.filter(({ body }) => JSON.stringify(body).includes('restartedAt'));

test.each<Delivery['mode']>(['apply', 'set-image'])(
  '%s restarts the workloads as kubectl rollout restart does',
  async (mode) => {
    const { patches } = await set(text, { objects }, mode, { restartedAt: at });

    expect(restartsOf(patches)).toEqual([{ path: `${deployments}/web`, body: restarted }]);
    // After what it delivers, which is as it was.
    expect(patches.at(-1)?.body).toEqual(restarted);
  },
);

test('an agent’s are left alone', async () => {
  expect((await set(text, { objects }, 'agent', { restartedAt: at })).patches).toEqual([]);
});

test('nothing is restarted where no restart is asked for', async () => {
  expect((await set(text, { objects }, 'set-image')).patches).toEqual([]);
});

test('of an Argo Rollout that has its template from a Deployment, that is restarted', async () => {
  const rollout = {
    metadata: { name: 'web', resourceVersion: '1' },
    spec: { workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
  };
  const { patches } = await set(
    'replicas: 1',
    {
      objects: {
        ...objects,
        '/apis/argoproj.io/v1alpha1': resources(['Rollout', 'rollouts']),
        [rollouts]: { items: [rollout] },
        [`${rollouts}/web`]: rollout,
      },
    },
    'set-image',
    { restartedAt: at },
  );

  expect(new Set(restartsOf(patches).map(({ path }) => path))).toEqual(new Set([`${deployments}/web`]));
});

test('a CronJob has nothing to restart', async () => {
  const { patches } = await set(
    'replicas: 1',
    {
      objects: {
        ...objects,
        [deployments]: none,
        '/apis/batch/v1': resources(['CronJob', 'cronjobs']),
        [cronJobs]: { items: [cronJob('acme/okeydokey:3')] },
        [`${cronJobs}/nightly`]: cronJob('acme/okeydokey:3'),
      },
    },
    'set-image',
    { restartedAt: at },
  );

  expect(patches).toEqual([]);
});
