import { describe, expect, test } from 'vitest';
import { findCauses } from '../../../lib/cluster/diagnose/diagnose.ts';
import type { Facts } from '../../../lib/cluster/diagnose/facts.ts';
import type { ContainerStatus } from '../../../lib/cluster/objects/objects.ts';
import {
  container,
  facts,
  image,
  now,
  type PodOptions,
  pod,
  secondsAgo,
  waiting,
  warning,
} from '../support/fixture.ts';

const causesOf = (given: Facts) => findCauses(given, image, now);

const ofPod = (options: PodOptions, more: Partial<Facts> = {}) =>
  causesOf(facts('Deployment', { pods: [pod('Deployment', options)], ...more }));

const uid = 'uid-web-1';

describe('an image that cannot be pulled', () => {
  test.each([
    ['is not there', 'ghcr.io/acme/web:2: not found', undefined],
    ['is in a registry that the node does not reach', 'dial tcp: lookup ghcr.io: no such host', true],
    ['is in a registry that refuses the credentials', '401 Unauthorized', true],
    ['is in a registry that limits requests', '429 Too Many Requests', true],
    ['is in a registry with trouble of its own', '503 Service Unavailable', true],
    ['cannot be pulled for a reason that nobody knows', 'the moon is full', undefined],
  ])('is the fault of the version or not: it %s', (_name, words, outside) => {
    const [found] = ofPod({ containers: [container(waiting('ErrImagePull', words))] });

    expect(found).toMatchObject({ cause: 'image-pull' });
    expect(found?.outside).toBe(outside);
  });
});

describe('causes in a pod of the new revision', () => {
  test.each<[string, PodOptions, Partial<Facts>, Record<string, unknown>]>([
    [
      'image cannot be pulled',
      { containers: [container(waiting('ImagePullBackOff', 'Back-off pulling image "acme/okeydokey:2"'))] },
      {
        events: [
          warning(uid, 'BackOff', 'Back-off pulling image', { lastTimestamp: secondsAgo(1), count: 4 }),
          warning(uid, 'Failed', 'Failed to pull image "acme/okeydokey:2": not found'),
          warning('uid-other', 'Failed', 'of another pod'),
        ],
      },
      {
        cause: 'image-pull',
        summary:
          'The image acme/okeydokey:2 of container web cannot be pulled: the registry does not have it.',
        evidence: [
          'container web: ImagePullBackOff: Back-off pulling image "acme/okeydokey:2"',
          'event Failed: Failed to pull image "acme/okeydokey:2": not found',
        ],
      },
    ],
    [
      'image name is invalid',
      { containers: [container(waiting('InvalidImageName', 'couldn’t parse image'))] },
      {},
      { cause: 'image-pull' },
    ],
    [
      'crash loop',
      {
        containers: [
          container({
            ...waiting('CrashLoopBackOff', 'back-off 40s restarting failed container'),
            restartCount: 4,
            lastState: { terminated: { exitCode: 2, reason: 'Error' } },
          }),
        ],
      },
      {},
      {
        cause: 'crash-loop',
        summary: 'Container web ends with exit code 2 again and again.',
        evidence: [
          'container web: exit code 2, reason Error, 4 restarts',
          'container web: CrashLoopBackOff: back-off 40s restarting failed container',
        ],
        log: { namespace: 'shop', pod: 'web-1', container: 'web', previous: true },
      },
    ],
    [
      'crashed once, and the restart has not come yet',
      {
        containers: [
          container({ state: { terminated: { exitCode: 1, message: 'fatal:\n  no DATABASE_URL\n' } } }),
        ],
      },
      {},
      {
        cause: 'crash-loop',
        evidence: ['container web: exit code 1, 0 restarts, fatal: no DATABASE_URL'],
        log: { namespace: 'shop', pod: 'web-1', container: 'web', previous: false },
      },
    ],
    [
      'the program cannot be started',
      {
        containers: [
          container({
            ...waiting('CrashLoopBackOff'),
            restartCount: 1,
            lastState: {
              terminated: { exitCode: 128, reason: 'StartError', message: 'exec: "/app": no such file' },
            },
          }),
        ],
      },
      {},
      { cause: 'crash-loop', summary: 'Container web cannot be started again and again.' },
    ],
    [
      'killed by its liveness probe',
      {
        containers: [
          container({
            state: { running: {} },
            restartCount: 2,
            lastState: { terminated: { exitCode: 137, reason: 'Error', signal: 9 } },
          }),
        ],
      },
      { events: [warning(uid, 'Unhealthy', 'Liveness probe failed: HTTP 500')] },
      {
        cause: 'crash-loop',
        summary: 'Container web is killed again and again because its liveness probe fails: HTTP 500.',
        evidence: [
          'container web: exit code 137, signal 9, reason Error, 2 restarts',
          'event Unhealthy: Liveness probe failed: HTTP 500',
        ],
      },
    ],
    [
      'out of memory',
      {
        containers: [
          container({
            ...waiting('CrashLoopBackOff'),
            restartCount: 1,
            lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
          }),
        ],
      },
      {},
      {
        cause: 'out-of-memory',
        summary: 'Container web was killed because it used more memory than there was.',
        next: 'Container web has no memory limit, so the node ran out: give it one, and the node more room.',
      },
    ],
    [
      'init container fails',
      {
        initContainers: [
          container({
            name: 'migrate',
            ...waiting('CrashLoopBackOff'),
            restartCount: 3,
            lastState: { terminated: { exitCode: 5 } },
          }),
        ],
        containers: [container(waiting('PodInitializing'))],
      },
      {},
      {
        cause: 'init-container',
        summary: 'Init container migrate ends with exit code 5, so that the pod never starts.',
        container: 'migrate',
      },
    ],
    [
      'image of an init container',
      { initContainers: [container({ name: 'migrate', ...waiting('ErrImagePull', 'denied') })] },
      {},
      {
        cause: 'image-pull',
        summary: 'The image acme/migrate:3 of container migrate cannot be pulled: the registry denies it.',
      },
    ],
    [
      'a ConfigMap is missing, for the environment',
      { containers: [container(waiting('CreateContainerConfigError', 'configmap "settings" not found'))] },
      {},
      {
        cause: 'missing-reference',
        summary: 'Container web cannot be created: the ConfigMap settings does not exist.',
        next: 'Create the ConfigMap settings in namespace shop, or correct the reference in container web.',
      },
    ],
    [
      'a Secret is missing, for a volume',
      { containers: [container(waiting('ContainerCreating'))] },
      {
        events: [
          warning(uid, 'FailedMount', 'Unable to attach or mount volumes: timed out', {
            lastTimestamp: secondsAgo(1),
          }),
          warning(uid, 'FailedMount', 'MountVolume.SetUp failed for volume "tls" : secret "tls" not found'),
        ],
      },
      {
        cause: 'missing-reference',
        summary: 'The volume tls cannot be mounted: the Secret tls does not exist.',
        evidence: [
          'event FailedMount: MountVolume.SetUp failed for volume "tls" : secret "tls" not found',
          'event FailedMount: Unable to attach or mount volumes: timed out',
        ],
      },
    ],
    [
      'no node takes it',
      {
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/2 nodes are available',
          },
        ],
      },
      { events: [warning(uid, 'FailedScheduling', '0/2 nodes are available: 2 Insufficient cpu.')] },
      {
        cause: 'unschedulable',
        summary: 'No node takes the pod: 0/2 nodes are available',
        evidence: [
          'condition PodScheduled: False: Unschedulable',
          'event FailedScheduling: 0/2 nodes are available: 2 Insufficient cpu.',
        ],
      },
    ],
    [
      'readiness gate',
      {
        containers: [container({ ready: true, state: { running: {} } })],
        conditions: [
          { type: 'ContainersReady', status: 'True' },
          { type: 'Ready', status: 'False' },
          { type: 'lb', status: 'False', message: 'target is initial' },
        ],
        gates: ['lb'],
      },
      {},
      {
        cause: 'readiness-gate',
        summary: 'The containers are ready, but the readiness gate lb is not True.',
        evidence: ['condition lb: False: target is initial'],
      },
    ],
    [
      'readiness probe fails',
      { containers: [container({ state: { running: {} } }), container({ name: 'proxy', ready: true })] },
      {
        events: [
          warning(uid, 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', {
            count: 9,
          }),
        ],
      },
      {
        cause: 'not-ready',
        summary:
          'Container web runs but does not become ready: Readiness probe failed: HTTP probe failed with statuscode: 503.',
        evidence: [
          'container web: running, not ready, 0 restarts',
          'event Unhealthy (9x): Readiness probe failed: HTTP probe failed with statuscode: 503',
        ],
        log: { namespace: 'shop', pod: 'web-1', container: 'web', previous: false },
      },
    ],
    [
      'does not go away',
      { metadata: { deletionTimestamp: secondsAgo(90), deletionGracePeriodSeconds: 30 } },
      {},
      {
        cause: 'terminating',
        evidence: [
          `pod web-1: to be gone by ${secondsAgo(90)} (grace period 30 s), 90 s ago, on node node-a`,
        ],
      },
    ],
    [
      'evicted',
      { status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' } },
      {},
      {
        cause: 'unknown',
        summary: 'The pod failed: Evicted.',
        evidence: ['The node was low on resource: memory.'],
      },
    ],
    [
      'evicted, and its containers with it',
      {
        status: { phase: 'Failed', reason: 'Evicted' },
        containers: [container({ state: { terminated: { exitCode: 137, reason: 'Error' } } })],
      },
      {},
      { cause: 'unknown', summary: 'The pod failed: Evicted.' },
    ],
  ])('%s', (_, options, more, expected) => {
    const causes = ofPod(options, more);
    expect(causes).toHaveLength(1);
    expect(causes[0]).toMatchObject({ workload: 'Deployment shop/web', pod: 'web-1', count: 1, ...expected });
  });
});

describe('a sidecar, which is an init container that goes on', () => {
  const withSidecar = (status: Partial<ContainerStatus>) => {
    const one = pod('Deployment', { initContainers: [container({ name: 'mesh', ...status })] });
    const mesh = { name: 'mesh', image: 'acme/mesh:1', restartPolicy: 'Always' };
    return causesOf(
      facts('Deployment', { pods: [{ ...one, spec: { ...one.spec, initContainers: [mesh] } }] }),
    );
  };

  test('that crashes is a crash loop, and nothing that ends by design', () => {
    const causes = withSidecar({
      ...waiting('CrashLoopBackOff'),
      restartCount: 2,
      lastState: { terminated: { exitCode: 1 } },
    });
    expect(causes).toMatchObject([
      { cause: 'crash-loop', summary: 'Container mesh ends with exit code 1 again and again.' },
    ]);
  });

  test('that does not become ready keeps the pod from it', () => {
    expect(withSidecar({ state: { running: {} } })).toMatchObject([
      { cause: 'not-ready', summary: 'Container mesh runs but does not become ready.' },
    ]);
  });
});

test('a pod of the revision before that is not ready and keeps a StatefulSet from rolling is named, for a person to decide', () => {
  const old = pod('StatefulSet', { revision: 'old', containers: [container({ state: { running: {} } })] });
  expect(causesOf(facts('StatefulSet', { pods: [old] }))).toMatchObject([
    {
      cause: 'not-ready',
      summary:
        'Container web runs but does not become ready. The pod is of the revision before and keeps the StatefulSet from rolling on.',
      next: 'If the pod does not become ready by itself, delete it: kubectl delete pod web-1 -n shop',
    },
  ]);
});
