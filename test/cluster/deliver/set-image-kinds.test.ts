import { expect, test } from 'vitest';
import { cronJob, cronJobs, empty, none, resources, set, spec } from '../support/delivering.ts';
import { workload } from '../support/fixture.ts';

// keel-hq/keel#251
test('a CronJob that the manifests define', async () => {
  const text =
    "apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: nightly }\nspec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: web, image: 'acme/okeydokey:3' }] } } } } }\n";
  const { patches, answered } = await set(text, {
    objects: {
      '/apis/batch/v1': resources(['CronJob', 'cronjobs']),
      [`${cronJobs}/nightly`]: cronJob('acme/okeydokey:2'),
    },
  });
  const ref = { apiVersion: 'batch/v1', kind: 'CronJob', namespace: 'shop', name: 'nightly' };
  expect(answered).toEqual([{ ...ref, plural: 'cronjobs' }]);
  expect(patches).toEqual([
    {
      path: `${cronJobs}/nightly`,
      body: [
        { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
        { op: 'add', path: '/metadata/annotations', value: { 'kubernetes.io/change-cause': 'x' } },
        {
          op: 'replace',
          path: '/spec/jobTemplate/spec/template/spec/containers/0/image',
          value: 'acme/okeydokey:3',
        },
      ],
    },
  ]);
});

test.each([
  ['since Kubernetes 1.21', 'batch/v1'],
  ['before', 'batch/v1beta1'],
])('the CronJobs of a namespace, where the files are no manifests: %s', async (_, apiVersion) => {
  const path = `/apis/${apiVersion}/namespaces/shop/cronjobs`;
  const { patches } = await set('replicas: 1', {
    objects: {
      ...empty,
      [`/apis/${apiVersion}`]: resources(['CronJob', 'cronjobs']),
      [path]: { items: [cronJob('acme/okeydokey:2')] },
      [`${path}/nightly`]: cronJob('acme/okeydokey:2'),
    },
  });
  expect(patches.map((patch) => patch.path)).toEqual([`${path}/nightly`]);
});

test('CronJobs that may not be read are passed over where they were not named', async () => {
  const deployments = '/apis/apps/v1/namespaces/shop/deployments';
  const web = { ...workload('Deployment'), metadata: { name: 'web', resourceVersion: '7' } };
  const { patches } = await set('replicas: 1', {
    objects: {
      ...empty,
      '/apis/batch/v1': resources(['CronJob', 'cronjobs']),
      [deployments]: { items: [web] },
      [`${deployments}/web`]: web,
    },
    forbidden: [cronJobs],
  });
  expect(patches.map(({ path }) => path)).toEqual([`${deployments}/web`]);
});

test('a custom resource with a pod template', async () => {
  const path = '/apis/serving.knative.dev/v1/namespaces/shop/services/web';
  const text =
    "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: { name: web }\nspec: { template: { spec: { containers: [{ image: 'acme/okeydokey:3' }] } } }\n";
  const knative = {
    metadata: { name: 'web', resourceVersion: '7' },
    spec: { template: { spec: spec('acme/okeydokey:2') } },
  };
  const { patches, answered } = await set(text, {
    objects: { '/apis/serving.knative.dev/v1': resources(['Service', 'services']), [path]: knative },
  });
  expect(answered).toMatchObject([{ kind: 'Service', plural: 'services' }]);
  expect(patches).toMatchObject([{ path }]);
});

const job =
  "apiVersion: batch/v1\nkind: Job\nmetadata: { name: migrate }\nspec: { template: { spec: { containers: [{ name: web, image: 'acme/okeydokey:3' }] } } }\n";

test('a Job is answered, for the verdict to name it, and left as it is', async () => {
  const { patches, answered } = await set(job, {
    objects: {
      '/apis/batch/v1': resources(['Job', 'jobs']),
      '/apis/batch/v1/namespaces/shop/jobs/migrate': {
        metadata: { name: 'migrate' },
        spec: { template: { spec: spec('acme/okeydokey:2') } },
      },
    },
  });
  expect(answered).toMatchObject([{ kind: 'Job', name: 'migrate' }]);
  expect(patches).toEqual([]);
});

test('a Job that is not there any more is not missed', async () => {
  const objects = {
    ...empty,
    '/apis/batch/v1': resources(['Job', 'jobs'], ['CronJob', 'cronjobs']),
    [cronJobs]: none,
  };
  await expect(set(job, { objects })).rejects.toMatchObject({ code: 'workload-not-found' });
  // An agent may be about to run it.
  expect(await set(job, { objects }, 'agent')).toMatchObject({ patches: [], answered: [{ kind: 'Job' }] });
});

// helm/charts#23240: the digest of the version before beside the tag of this one.
test('a digest that stands beside the tag is taken away with the tag', async () => {
  const deployments = '/apis/apps/v1/namespaces/shop/deployments';
  const web = workload('Deployment', {
    template: { spec: spec(`acme/okeydokey:3@sha256:${'0'.repeat(64)}`) },
  });
  const found = { ...web, metadata: { name: 'web', resourceVersion: '7' } };
  const { patches } = await set('replicas: 1', {
    objects: { ...empty, [deployments]: { items: [found] }, [`${deployments}/web`]: found },
  });
  expect(patches).toMatchObject([
    { body: { spec: { template: { spec: { containers: [{ name: 'web', image: 'acme/okeydokey:3' }] } } } } },
  ]);
});
