import { expect, test } from 'vitest';
import { cronJob, cronJobs, empty, resources, set, spec } from '../support/delivering.ts';
import { workload } from '../support/fixture.ts';

const deployments = '/apis/apps/v1/namespaces/shop/deployments';
const web = {
  ...workload('Deployment', { template: { spec: spec('acme/okeydokey:2') } }),
  metadata: { name: 'web', resourceVersion: '7' },
};
const webInFile = (text = 'acme/okeydokey:3') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { containers: [{ name: web, image: '${text}' }] } } }
`;

test.each(['agent', 'set-image'] as const)(
  '%s: what keeps another version of the image is not waited for',
  async (mode) => {
    const train = `---
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: { name: train }
spec: { pytorchReplicaSpecs: { Worker: { template: { spec: { containers: [{ name: web, image: 'acme/okeydokey:2' }] } } } } }
`;
    const text = `${webInFile()}${train}`;
    const worker = { template: { spec: spec('acme/okeydokey:2') } };
    const { answered, patches } = await set(
      text,
      {
        objects: {
          ...empty,
          [`${deployments}/web`]: web,
          '/apis/kubeflow.org/v1': resources(['PyTorchJob', 'pytorchjobs']),
          '/apis/kubeflow.org/v1/namespaces/shop/pytorchjobs/train': {
            metadata: { name: 'train', resourceVersion: '7' },
            spec: { pytorchReplicaSpecs: { Worker: worker } },
          },
        },
      },
      mode,
    );
    expect(answered).toMatchObject([{ kind: 'Deployment', name: 'web' }]);
    expect(patches).toHaveLength(mode === 'agent' ? 0 : 1);
  },
);

const nightly = (more = '') => `---
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly${more} }
spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: web, image: 'acme/okeydokey:3' }] } } } } }
`;
const there = {
  ...empty,
  '/apis/batch/v1': resources(['CronJob', 'cronjobs'], ['Job', 'jobs']),
  [deployments]: { items: [web] },
  [`${deployments}/web`]: web,
  [cronJobs]: { items: [cronJob('acme/okeydokey:2')] },
  [`${cronJobs}/nightly`]: cronJob('acme/okeydokey:2'),
};
const both = [
  { kind: 'Deployment', name: 'web', namespace: 'shop' },
  { kind: 'CronJob', name: 'nightly', namespace: 'shop' },
];

test.each([
  ['an object without a name', 'apiVersion: batch/v1\nkind: Job\nmetadata: { generateName: migrate- }\n'],
  ['what is no object', 'replicas: 1\n'],
  ['what cannot be parsed', 'a: [\n'],
])('%s does not take the others of its file with it', async (_, other) => {
  const { answered } = await set(`${nightly()}---\n${other}---\n${webInFile()}`, { objects: there });
  expect(answered).toHaveLength(2);
  expect(answered).toEqual(expect.arrayContaining(both.map((one) => expect.objectContaining(one))));
});

test('an item of a list that has no name does not take the others with it', async () => {
  const item = (name: string) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { template: { spec: spec('acme/okeydokey:3') } },
  });
  const list = { apiVersion: 'v1', kind: 'List', items: [item(''), item('web')] };
  const { answered } = await set(JSON.stringify(list), { objects: there });
  expect(answered).toMatchObject([{ name: 'web' }, { name: 'nightly' }]);
});

test.each(['agent', 'set-image'] as const)(
  '%s: what carries the image is looked for beside the manifests, where the image is mentioned beside them',
  async (mode) => {
    const values = '---\njobs: { image: { repository: acme/okeydokey, tag: "3" } }\n';
    const { answered } = await set(`${webInFile()}${values}`, { objects: there }, mode);
    expect(answered).toMatchObject(both);
    const unrelated = await set(`${webInFile()}---\nreplicas: 1\n`, { objects: there }, mode);
    expect(unrelated.answered).toMatchObject(both.slice(0, 1));
  },
);

test('a namespace that is empty is none', async () => {
  const { answered } = await set(`${webInFile()}${nightly(", namespace: ''")}`, { objects: there });
  expect(answered).toMatchObject(both);
});

test('set-image: a workload of another namespace is refused, with its place', async () => {
  await expect(
    set(`${webInFile()}${nightly(', namespace: jobs')}`, { objects: there }),
  ).rejects.toMatchObject({ code: 'manifest-not-applicable', at: { file: 'web.yml', line: 6 } });
});

test.each([
  ['which may be read', []],
  ['which may not be read', ['/apis/batch/v1/namespaces/jobs/cronjobs/nightly']],
])('agent: a workload of another namespace, %s, is watched there', async (_, forbidden) => {
  const objects = {
    ...there,
    '/apis/batch/v1/namespaces/jobs/cronjobs/nightly': cronJob('acme/okeydokey:2'),
  };
  const text = `${webInFile()}${nightly(', namespace: jobs')}`;
  const { answered } = await set(text, { objects, forbidden }, 'agent');
  expect(answered).toMatchObject([both[0], { ...both[1], namespace: 'jobs' }]);
});

const job = `apiVersion: batch/v1
kind: Job
metadata: { name: migrate }
spec: { template: { spec: { containers: [{ name: web, image: 'acme/okeydokey:3' }] } } }
---
`;

test.each(['agent', 'set-image'] as const)(
  '%s: a Job with a name for each release is no reason to search the namespace',
  async (mode) => {
    const generated = job.replace('name: migrate', 'generateName: migrate-');
    const { answered } = await set(`${generated}${webInFile()}`, { objects: there }, mode);
    expect(answered).toMatchObject(both.slice(0, 1));
    expect(answered).toHaveLength(1);
  },
);

test.each(['agent', 'set-image'] as const)('%s: a Job that may not be read counts as there', async (mode) => {
  const forbidden = ['/apis/batch/v1/namespaces/shop/jobs/migrate'];
  const { answered } = await set(`${job}${webInFile()}`, { objects: there, forbidden }, mode);
  expect(answered).toMatchObject([{ kind: 'Job', name: 'migrate' }, both[0]]);
});

test.each(['agent', 'set-image'] as const)(
  '%s: a cluster that does not tell what it serves beside Deployments is searched for these',
  async (mode) => {
    const forbidden = ['/apis/batch/v1', '/apis/batch/v1beta1'];
    const { answered } = await set('replicas: 1', { objects: there, forbidden }, mode);
    expect(answered).toMatchObject(both.slice(0, 1));
  },
);
