import { describe, expect, it } from 'vitest';
import { findCauses } from '../../../lib/cluster/diagnose/diagnose.ts';
import type { Facts } from '../../../lib/cluster/diagnose/facts.ts';
import type { ClusterEvent, ContainerState, Pod } from '../../../lib/cluster/objects/objects.ts';
import { container, facts, image, now, pod, secondsAgo, waiting, warning } from '../support/fixture.ts';

type Terminated = NonNullable<ContainerState['terminated']>;

const uid = 'uid-web-1';

const crashed = (terminated: Partial<Terminated> & { readonly startedAt?: string }): Pod =>
  pod('Deployment', {
    containers: [
      container({
        ...waiting('CrashLoopBackOff', 'back-off 40s restarting failed container=web pod=web-1_shop(0a1b)'),
        restartCount: 3,
        lastState: { terminated: { exitCode: 1, ...terminated } },
      }),
    ],
  });

const first = (given: Pod, more: Partial<Facts> = {}) =>
  findCauses(facts('Deployment', { pods: [given], ...more }), image, now)[0];

const killing = (message: string, more: Partial<ClusterEvent> = {}): ClusterEvent =>
  warning(uid, 'Killing', message, { type: 'Normal', ...more });

describe('how a container ends', () => {
  it.each<[string, Partial<Terminated>, string, string]>([
    [
      'of its own',
      { exitCode: 3 },
      'Container web ends with exit code 3 again and again.',
      'Read the last log lines of container web: the program ends by itself.',
    ],
    [
      'as if done',
      { exitCode: 0, reason: 'Completed' },
      'Container web ends with exit code 0 (as if its work were done) again and again.',
      'A server must not end: check command and args of container web, and whether the program goes into the background.',
    ],
    [
      'not executable',
      { exitCode: 126 },
      'Container web ends with exit code 126 (the command is not executable) again and again.',
      'Check command and args of container web against the files in the image and their permissions.',
    ],
    [
      'segmentation fault',
      { exitCode: 139 },
      'Container web ends with exit code 139 (a segmentation fault, SIGSEGV) again and again.',
      'The program itself breaks: check that the image of container web is for the CPU of the node, then its native libraries.',
    ],
    [
      'killed, by whomever',
      { exitCode: 137, reason: 'Error' },
      'Container web ends with exit code 137 (killed, SIGKILL) again and again.',
      'Something outside killed container web: look at the events of its node, and at what the program’s last log lines say.',
    ],
    [
      'asked to stop',
      { exitCode: 143 },
      'Container web ends with exit code 143 (asked to stop, SIGTERM) again and again.',
      'Something asked container web to stop: look at the pod’s events and at a supervisor within the container.',
    ],
    [
      'not started at all',
      {
        exitCode: 128,
        reason: 'StartError',
        message:
          'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/server": stat /server: no such file or directory: unknown',
      },
      'Container web cannot be started again and again.',
      'Check command and args of container web against the files in the image and their permissions.',
    ],
  ])('%s', (_, end, summary, next) => {
    expect(first(crashed(end))).toMatchObject({
      summary,
      next: next.replaceAll('’', "'"),
      evidence: expect.arrayContaining([
        'container web: CrashLoopBackOff: back-off 40s restarting failed container',
      ]),
    });
  });
});

describe('killed by a probe, or not', () => {
  const unhealthy = warning(
    uid,
    'Unhealthy',
    'Liveness probe failed: Get "http://10.1.2.3:8080/livez": dial tcp 10.1.2.3:8080: connect: connection refused',
  );
  const byProbe =
    'Container web is killed again and again because its liveness probe fails: Get "http://10.1.2.3:8080/livez": dial tcp 10.1.2.3:8080: connect: connection refused.';
  const words = 'Container web failed liveness probe, will be restarted';

  it.each<[string, Partial<Terminated> & { startedAt?: string }, readonly ClusterEvent[], string]>([
    ['killed', { exitCode: 137 }, [unhealthy, killing(words)], byProbe],
    ['killed, and answered SIGTERM with 0', { exitCode: 0 }, [unhealthy, killing(words)], byProbe],
    ['killed, and the event may not be read', { exitCode: 143 }, [unhealthy], byProbe],
    [
      'killed by its startup probe',
      { exitCode: 137 },
      [killing('Container web failed startup probe, will be restarted')],
      'Container web is killed again and again because its startup probe fails.',
    ],
    [
      'another container was killed',
      { exitCode: 2 },
      [unhealthy, killing('Container proxy failed liveness probe, will be restarted')],
      'Container web ends with exit code 2 again and again.',
    ],
    [
      'an earlier run was killed',
      { exitCode: 2, startedAt: secondsAgo(5) },
      [unhealthy, killing(words, { lastTimestamp: secondsAgo(60) })],
      'Container web ends with exit code 2 again and again.',
    ],
    [
      'a probe failed while it was ending',
      { exitCode: 2 },
      [unhealthy],
      'Container web ends with exit code 2 again and again.',
    ],
    [
      'the pod was stopped for another reason',
      { exitCode: 2 },
      [killing('Stopping container web')],
      'Container web ends with exit code 2 again and again.',
    ],
  ])('%s', (_, end, events, summary) => {
    expect(first(crashed(end), { events })?.summary).toBe(summary);
  });
});

it('takes events of another container of the pod for what they are', () => {
  const about = { involvedObject: { uid, fieldPath: 'spec.containers{proxy}' } };
  const events = [warning(uid, 'Unhealthy', 'Readiness probe failed: no', about)];

  expect(first(crashed({}), { events })?.evidence).toEqual([
    'container web: exit code 1, 3 restarts',
    'container web: CrashLoopBackOff: back-off 40s restarting failed container',
  ]);
});

it.each<[string, ContainerState, boolean]>([
  ['waiting for its next run', { waiting: { reason: 'CrashLoopBackOff' } }, true],
  ['running again', { running: {} }, true],
  ['just ended', { terminated: { exitCode: 1 } }, false],
])('reads the log of the run that failed: %s', (_, state, previous) => {
  const status = container({ state, restartCount: 2, lastState: { terminated: { exitCode: 1 } } });
  expect(first(pod('Deployment', { containers: [status] }))?.log?.previous).toBe(previous);
});
