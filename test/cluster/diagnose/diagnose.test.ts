import { describe, expect, test } from 'vitest';
import { findCauses } from '../../../lib/cluster/diagnose/diagnose.ts';
import type { Facts } from '../../../lib/cluster/diagnose/facts.ts';
import type { Workload } from '../../../lib/cluster/objects/objects.ts';
import {
  container,
  facts,
  image,
  now,
  type PodOptions,
  pod,
  replicaSet,
  secondsAgo,
  waiting,
  warning,
  workload,
} from '../support/fixture.ts';

const causesOf = (given: Facts) => findCauses(given, image, now);

const ofPod = (options: PodOptions, more: Partial<Facts> = {}) =>
  causesOf(facts('Deployment', { pods: [pod('Deployment', options)], ...more }));

describe('nothing is wrong', () => {
  test.each<[string, PodOptions]>([
    ['still starting', { containers: [container(waiting('ContainerCreating'))] }],
    ['ready', { containers: [container({ ready: true, state: { running: {} } })] }],
    [
      'ready again after a crash',
      {
        containers: [
          container({
            ready: true,
            state: { running: {} },
            restartCount: 1,
            lastState: { terminated: { exitCode: 1 } },
          }),
        ],
      },
    ],
    ['within its grace period', { metadata: { deletionTimestamp: secondsAgo(-20) } }],
    ['of an earlier revision', { revision: 'old', containers: [container(waiting('ImagePullBackOff'))] }],
    [
      'of somebody else',
      { metadata: { ownerReferences: [] }, containers: [container(waiting('ImagePullBackOff'))] },
    ],
    [
      'an init container that is done',
      { initContainers: [container({ name: 'migrate', state: { terminated: { exitCode: 0 } } })] },
    ],
  ])('nothing is wrong with a pod that is %s', (_, options) => {
    expect(ofPod(options)).toEqual([]);
  });
});

describe('causes in the workload', () => {
  const refused = (message: string) => [
    { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message },
  ];

  const message =
    'pods "web-x" is forbidden: exceeded quota: team, requested: pods=1, used: pods=2, limited: pods=2';

  test('pods are refused: a Deployment says so in a condition', () => {
    const replicaSets = [replicaSet('1'), replicaSet('2', refused(message))];
    expect(causesOf(facts('Deployment', { replicaSets }))).toMatchObject([
      {
        cause: 'quota',
        summary: 'Pods cannot be created: the quota team has no room (pods: 1 more asked for, 2 of 2 used).',
        evidence: [`condition ReplicaFailure: ${message}`],
        workload: 'Deployment shop/web',
      },
    ]);
  });

  test.each(['StatefulSet', 'DaemonSet'] as const)(
    'pods are refused: a %s says so in events alone',
    (kind) => {
      const text = `(combined from similar events): Error creating: ${message}`;
      const events = [warning('uid-web', 'FailedCreate', text, { count: 7 })];
      const status = { desiredNumberScheduled: 2 };
      expect(causesOf(facts(kind, { events, workload: workload(kind, {}, status) }))).toMatchObject([
        { cause: 'quota', evidence: [`event FailedCreate (7x): Error creating: ${message}`] },
      ]);
    },
  );

  test('a DaemonSet none of whose pods could be made has counted nothing yet', () => {
    const events = [warning('uid-web', 'FailedCreate', `Error creating: ${message}`)];
    const status = { observedGeneration: 0, desiredNumberScheduled: 0 };
    expect(
      causesOf(facts('DaemonSet', { events, workload: workload('DaemonSet', {}, status) })),
    ).toMatchObject([{ cause: 'quota' }]);
  });

  test('an old refusal of a StatefulSet that has all its pods does not count', () => {
    const events = [warning('uid-web', 'FailedCreate', message)];
    const pods = ['web-0', 'web-1'].map((name) => pod('StatefulSet', { name }));
    expect(causesOf(facts('StatefulSet', { events, pods }))).toEqual([]);
  });

  test.each([
    ['a pod was made since', secondsAgo(50), 'forbidden: try again'],
    [
      'the pod of that name is on its way out',
      secondsAgo(1),
      'create Pod web-1 in StatefulSet web failed error: object is being deleted: pods "web-1" already exists',
    ],
  ])('a refusal does not count where %s, although a pod is missing', (_, lastTimestamp, words) => {
    const events = [warning('uid-web', 'FailedCreate', words, { lastTimestamp })];
    const pods = [pod('StatefulSet', { name: 'web-0', metadata: { creationTimestamp: secondsAgo(40) } })];
    expect(causesOf(facts('StatefulSet', { events, pods }))).toEqual([]);
  });

  test('an old refusal of a Deployment that is over does not count', () => {
    const events = [warning('uid-rs-2', 'FailedCreate', 'exceeded quota')];
    expect(causesOf(facts('Deployment', { events }))).toEqual([]);
  });

  test('paused', () => {
    expect(
      causesOf(facts('Deployment', { workload: workload('Deployment', { paused: true }) })),
    ).toMatchObject([{ cause: 'paused', next: 'Resume it: kubectl rollout resume deployment/web -n shop' }]);
  });

  test('a workload that is not there has no causes', () => {
    expect(causesOf(facts('Deployment', { workload: undefined }))).toEqual([]);
  });
});

test('the same over several pods is said once, and the most telling comes first', () => {
  const crash = container({
    ...waiting('CrashLoopBackOff'),
    restartCount: 3,
    lastState: { terminated: { exitCode: 1 } },
  });
  const pods = [
    pod('Deployment', { name: 'web-1', containers: [container({ state: { running: {} } })] }),
    pod('Deployment', { name: 'web-2', containers: [crash] }),
    pod('Deployment', { name: 'web-3', containers: [crash] }),
  ];
  expect(
    causesOf(facts('Deployment', { pods })).map(({ cause, pod: name, count }) => [cause, name, count]),
  ).toEqual([
    ['crash-loop', 'web-2', 2],
    ['not-ready', 'web-1', 1],
  ]);
});

test.each<[Workload['kind'] & ('StatefulSet' | 'DaemonSet')]>([['StatefulSet'], ['DaemonSet']])(
  'the pods of a %s are told apart by their revision',
  (kind) => {
    const broken = [container(waiting('ErrImagePull'))];
    const pods = [pod(kind, { name: 'web-1', containers: broken })];
    expect(causesOf(facts(kind, { pods }))).toHaveLength(1);
    const unobserved = workload(kind, {}, { observedGeneration: 1 });
    expect(causesOf(facts(kind, { pods, workload: unobserved }))).toEqual([]);
  },
);

test('a broken pod of the revision before that blocks a StatefulSet', () => {
  const pods = [pod('StatefulSet', { revision: 'old', containers: [container(waiting('ErrImagePull'))] })];
  expect(causesOf(facts('StatefulSet', { pods }))).toMatchObject([
    {
      cause: 'image-pull',
      summary:
        'The image acme/okeydokey:1 of container web cannot be pulled. The pod is of the revision before and keeps the StatefulSet from rolling on.',
      next: 'Delete the pod: kubectl delete pod web-1 -n shop',
    },
  ]);
});
