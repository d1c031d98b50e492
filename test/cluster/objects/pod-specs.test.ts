import { expect, test } from 'vitest';
import type { Workload } from '../../../lib/cluster/objects/objects.ts';
import { carriersIn, podSpecsOf, withOneTemplate } from '../../../lib/cluster/objects/pod-specs.ts';

const spec = (name: string, image: string) => ({ containers: [{ name, image }] });
const web = spec('web', 'acme/web:1');

test.each([
  ['Deployment', { spec: { template: { spec: web } } }, ['spec.template.spec']],
  [
    'CronJob',
    { spec: { jobTemplate: { spec: { template: { spec: web } } } } },
    ['spec.jobTemplate.spec.template.spec'],
  ],
  [
    'KEDA ScaledJob',
    { spec: { jobTargetRef: { template: { spec: web } } } },
    ['spec.jobTargetRef.template.spec'],
  ],
  ['Pod', { spec: web }, ['spec']],
  ['PodTemplate', { template: { spec: web } }, ['template.spec']],
  [
    'JobSet',
    { spec: { replicatedJobs: [{ template: { spec: { template: { spec: web } } } }] } },
    ['spec.replicatedJobs.0.template.spec.template.spec'],
  ],
  ['Service', { spec: { ports: [] } }, []],
  ['what it reports and what is said about it', { status: { spec: web }, metadata: { spec: web } }, []],
])('the pod specs of a %s', (_, object, paths) => {
  expect(podSpecsOf(object).map(({ path }) => path.join('.'))).toEqual(paths);
});

test('the carriers of all of its pod specs, and where each is', () => {
  const object = { spec: { a: { spec: web }, b: { spec: spec('other', 'acme/other:1') }, c: { spec: web } } };
  expect(
    carriersIn(object, 'docker.io/acme/web').map(({ path, container }) => [...path, container].join('.')),
  ).toEqual(['spec.a.spec.web', 'spec.c.spec.web']);
});

test('one template with the containers of all', () => {
  const object = { metadata: { name: 'x' }, spec: { a: { spec: web }, b: { spec: spec('b', 'acme/b:1') } } };
  expect(withOneTemplate(object as unknown as Workload).spec.template.spec.containers).toEqual([
    { name: 'web', image: 'acme/web:1' },
    { name: 'b', image: 'acme/b:1' },
  ]);
});
