import { expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import type { Pod, Workload } from '../../../lib/cluster/objects/objects.ts';
import { watchRollout } from '../../../lib/cluster/watch/watch-rollout.ts';
import {
  container,
  now,
  type PodOptions,
  pod,
  readyFor,
  secondsAgo,
  waiting,
  workload,
} from '../support/fixture.ts';
import { type Collections, pods, ref, rollout, withDeployment } from '../support/watching.ts';

const statefulSets = '/apis/apps/v1/namespaces/shop/statefulsets';
const clock = {
  now: () => now,
  sleep: systemClock.sleep,
};

const old = (name: string, options: PodOptions = {}): Pod =>
  pod('StatefulSet', { name, revision: 'old', ...options });
const crashed = { containers: [container({ ...waiting('CrashLoopBackOff'), restartCount: 9 })] };
const unready = (seconds: number): PodOptions => ({
  conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: secondsAgo(seconds) }],
  status: { startTime: secondsAgo(seconds) },
});

/** Watches a StatefulSet that rolls, and stops when the test is over. */
const withStatefulSet = (
  status: Workload['status'],
  use: (
    collections: Collections,
    deleted: () => readonly string[],
    ended: () => string | undefined,
  ) => Promise<void>,
  first: readonly Pod[],
): Promise<void> =>
  withDeployment(undefined, async ({ cluster, requests }, collections) => {
    collections.put(statefulSets, workload('StatefulSet', {}, status));
    for (const one of first) collections.put(pods, one);
    const stop = new AbortController();
    const far = now + 600_000;
    let verdict: string | undefined;
    const watching = watchRollout(
      cluster,
      rollout({
        workloads: [{ ...ref, kind: 'StatefulSet' }],
        clock,
        deadline: far,
        until: far,
        signal: stop.signal,
      }),
    ).then(
      ({ type }) => {
        verdict = type;
      },
      () => undefined,
    );
    await expect.poll(() => collections.isWatched(pods)).toBe(true);
    const deleted = () =>
      requests
        .filter(({ method }) => method === 'DELETE')
        .map(({ url }) => url.pathname.split('/').at(-1) ?? '');
    await use(collections, deleted, () => verdict);
    stop.abort(new Error('enough'));
    await watching;
  });

test('broken pods go one after the other, the lowest first, each after the one before it is ready again', () =>
  withStatefulSet(
    { currentRevision: 'web-good' },
    async (collections, deleted, ended) => {
      await expect.poll(deleted).toEqual(['web-2']);
      collections.remove(pods, 'web-2');
      const metadata = { uid: 'uid-of-its-successor' };
      collections.put(pods, pod('StatefulSet', { name: 'web-2', metadata }));
      collections.put(pods, old('web-10', { ...crashed, status: { message: 'changed' } }));
      expect(deleted()).toEqual(['web-2']);
      collections.put(pods, pod('StatefulSet', { name: 'web-2', metadata, conditions: readyFor(1) }));
      await expect.poll(deleted).toEqual(['web-2', 'web-10']);
      expect(ended(), 'what has its turn is no failure').toBeUndefined();
    },
    [old('web-10', crashed), old('web-2', crashed)],
  ));

test.each([
  ['recovers', old('web-0', unready(3_600))],
  ['has just crashed', old('web-0', { ...crashed, ...unready(5) })],
])('a pod of the revision that was rolled out stays while it %s, and fails nothing', (_, recovering) =>
  withStatefulSet(
    {},
    async (collections, deleted, ended) => {
      collections.put(pods, { ...recovering, metadata: { ...recovering.metadata, generation: 2 } });
      const template = { spec: { containers: [{ name: 'web', image: 'acme/okeydokey:3' }] } };
      collections.put(statefulSets, workload('StatefulSet', { template }));
      await expect.poll(ended).toBe('superseded');
      expect(deleted()).toEqual([]);
    },
    [recovering],
  ),
);
