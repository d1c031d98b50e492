import { describe, expect, test } from 'vitest';
import {
  findBlockedContainers,
  isDefiniteRefusal,
  podAgeMs,
} from '../../../lib/cluster/fail-fast/blocked-container.ts';
import type { Pod, WorkloadKind } from '../../../lib/cluster/objects/objects.ts';
import { container, facts, image, now, pod, waiting } from '../support/fixture.ts';

const crashing = (restartCount: number) => [container({ ...waiting('CrashLoopBackOff'), restartCount })];
const pulling = [container(waiting('ImagePullBackOff'))];
const ready = [{ type: 'Ready', status: 'True' }];

const blocked = (kind: WorkloadKind, ...pods: readonly Pod[]) =>
  findBlockedContainers(facts(kind, { pods }), image).map(({ type, pod: { metadata }, container: name }) => [
    type,
    metadata.name,
    name,
  ]);

describe.each(['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'] as const)('%s', (kind) => {
  test.each([
    ['three restarts', crashing(3), []],
    ['four restarts', crashing(4), [['crash-loop', 'web-1', 'web']]],
    ['four restarts, running at the moment', [container({ restartCount: 4, state: { running: {} } })], []],
    ['four restarts, ready again', [container({ restartCount: 4, ready: true })], []],
    ['no pull', pulling, [['image-pull', 'web-1', 'web']]],
    [
      'no ConfigMap',
      [container(waiting('CreateContainerConfigError', 'configmap "settings" not found'))],
      [['config', 'web-1', 'web']],
    ],
    ['starting', [container(waiting('ContainerCreating'))], []],
  ])('%s', (_, containers, expected) => {
    expect(blocked(kind, pod(kind, { containers }))).toEqual(expected);
  });

  test('pods of the old revision and pods that go do not count', () => {
    const gone = { deletionTimestamp: '2026-11-23T10:00:00Z' };
    const old = kind === 'StatefulSet' ? gone : {};
    expect(
      blocked(
        kind,
        pod(kind, { containers: pulling, revision: 'old', metadata: old }),
        pod(kind, { containers: pulling, metadata: gone }),
      ),
    ).toEqual([]);
  });

  test('next to a ready pod of the same revision', () => {
    const pods = [pod(kind, { name: 'web-0', conditions: ready }), pod(kind, { containers: crashing(9) })];
    expect(blocked(kind, ...pods)).toHaveLength(kind === 'Deployment' || kind === 'Rollout' ? 0 : 1);
  });
});

test.each([
  [
    'rpc error: code = NotFound desc = failed to pull and unpack image: docker.io/acme/web:9: not found',
    true,
  ],
  ['manifest for acme/web:9 not found: manifest unknown: manifest unknown', true],
  ['pull access denied for acme/web, repository does not exist or may require authorization', true],
  ['failed to authorize: 401 Unauthorized', true],
  ['container web: InvalidImageName: couldn’t parse image', true],
  ['no match for platform in manifest: not found', true],
  ['Back-off pulling image "acme/web:9"', false],
  ['dial tcp: lookup registry: no such host', false],
  ['toomanyrequests: You have reached your pull rate limit', false],
  ['unexpected status from HEAD request: 503 Service Unavailable', false],
  ['dial tcp 10.0.0.1:443: i/o timeout; image not found in cache', false],
  ['Back-off pulling image "acme/unauthorized:9"', false],
  ['failed to resolve reference "docker.io/acme/timeout:502": docker.io/acme/timeout:502: not found', true],
])('%s: %s', (words, expected) => {
  expect(isDefiniteRefusal(words)).toBe(expected);
});

test('the age of a pod counts from its start, and of one without times is nothing', () => {
  expect(podAgeMs(pod('Deployment', {}), now)).toBe(60_000);
  const { startTime: _, ...status } = pod('Deployment', {}).status ?? {};
  expect(podAgeMs({ ...pod('Deployment', { metadata: { creationTimestamp: '' } }), status }, now)).toBe(0);
});

test('a stuck pod of a StatefulSet counts from its fourth restart, unless it has just been deleted', () => {
  const stuckAt = (restarts: number) =>
    facts('StatefulSet', {
      pods: [pod('StatefulSet', { revision: 'old', containers: crashing(restarts) })],
    });
  expect(findBlockedContainers(stuckAt(3), image)).toEqual([]);
  expect(findBlockedContainers(stuckAt(4), image)).toMatchObject([{ type: 'crash-loop' }]);
  expect(findBlockedContainers(stuckAt(4), image, new Set(['uid-web-1']))).toEqual([]);
});
