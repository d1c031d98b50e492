import { describe, expect, it } from 'vitest';
import type { Clock } from '../src/clock.ts';
import { configMaps as configMapResource } from '../src/resources.ts';
import { createStore } from '../src/store.ts';
import type { KubeObject } from '../src/types.ts';
import { core, startCluster, type WatchEvent } from './support.ts';

const configMaps = core('configmaps');
const brief = ({ type, object }: WatchEvent): string => `${type} ${object.metadata.name}`;

const take = async (events: AsyncGenerator<WatchEvent>, count: number): Promise<WatchEvent[]> => {
  const taken: WatchEvent[] = [];
  for await (const event of events) if (taken.push(event) === count) break;
  return taken;
};

/** A clock that stands still; what sleeps for so many milliseconds wakes when the test says so. */
const alarmClock = (): Clock & { ring(milliseconds: number): Promise<void> } => {
  const waits: { readonly milliseconds: number; readonly resolve: () => void }[] = [];
  let changed = Promise.withResolvers<void>();
  return {
    now: () => Date.parse('2026-11-23T10:00:00Z'),
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        waits.push({ milliseconds, resolve });
        signal?.addEventListener('abort', () => reject(new Error('aborted')));
        changed.resolve();
        changed = Promise.withResolvers();
      }),
    /** As soon as it sleeps. */
    ring: async (milliseconds) => {
      for (;;) {
        const next = changed.promise;
        const wait = waits.find((one) => one.milliseconds === milliseconds);
        if (wait !== undefined) return wait.resolve();
        await next;
      }
    },
  };
};

describe('a watch', () => {
  it('starts with what is there, then tells what happens', async () => {
    const { call, watch } = await startCluster();
    await call('POST', configMaps, { metadata: { name: 'a' } });
    const events = watch(`${configMaps}?watch=true`);
    const first = await events.next();
    await call('POST', configMaps, { metadata: { name: 'b' } });
    await call('PATCH', core('configmaps', 'b'), { data: { x: '1' } }, 'application/merge-patch+json');
    await call('DELETE', core('configmaps', 'a'));

    expect(brief(first.value as WatchEvent)).toBe('ADDED a');
    expect((await take(events, 3)).map(brief)).toEqual(['ADDED b', 'MODIFIED b', 'DELETED a']);
  });

  it('replays what happened since a resourceVersion', async () => {
    const { call, watch } = await startCluster();
    const { body } = await call('POST', configMaps, { metadata: { name: 'a' } });
    await call('POST', configMaps, { metadata: { name: 'b' } });
    await call('DELETE', core('configmaps', 'a'));
    const events = await take(
      watch(`${configMaps}?watch=1&resourceVersion=${body.metadata.resourceVersion}`),
      2,
    );
    expect(events.map(brief)).toEqual(['ADDED b', 'DELETED a']);
  });

  it('says 410 where that is too long ago, or was never', async () => {
    const { call, watch } = await startCluster({ logLength: 3 });
    for (const name of ['a', 'b', 'c', 'd']) await call('POST', configMaps, { metadata: { name } });
    for (const version of ['2', '999999']) {
      const [event] = await take(watch(`${configMaps}?watch=1&resourceVersion=${version}`), 5);
      expect(event).toMatchObject({
        type: 'ERROR',
        object: { kind: 'Status', code: 410, reason: 'Expired' },
      });
    }
  });

  it('can catch up on 2,000 changes', () => {
    const store = createStore();
    const write = () =>
      store.put(configMapResource, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a', namespace: 'default' },
      } as KubeObject);
    for (let count = 0; count < 2_000; count += 1) write();
    expect(store.changesSince(1)).toHaveLength(2_000);
    write();
    expect(store.changesSince(1)).toBeUndefined();
  });

  it('shows an object that begins or ceases to match as added or deleted', async () => {
    const { call, watch } = await startCluster();
    const { body } = await call('POST', configMaps, { metadata: { name: 'a' } });
    const label = (tier: string | null) =>
      call(
        'PATCH',
        core('configmaps', 'a'),
        { metadata: { labels: { tier } } },
        'application/merge-patch+json',
      );
    for (const tier of ['x', 'y', 'x', null]) await label(tier);
    const path = `${configMaps}?watch=1&labelSelector=tier=x&resourceVersion=${body.metadata.resourceVersion}`;
    expect((await take(watch(path), 4)).map(({ type }) => type)).toEqual([
      'ADDED',
      'DELETED',
      'ADDED',
      'DELETED',
    ]);
  });

  it('ends after timeoutSeconds, and when the cluster closes', async () => {
    const clock = alarmClock();
    const { watch, close } = await startCluster({ clock });
    const limited = watch(`${configMaps}?watch=1&timeoutSeconds=7`).next();
    await clock.ring(7_000);
    expect(await limited).toMatchObject({ done: true });
    const endless = watch(`${core('services')}?watch=1`);
    await endless.next();
    await close();
    expect((await endless.next()).done).toBe(true);
  });

  it('streams the initial list where asked to, up to a bookmark', async () => {
    const { call, watch } = await startCluster();
    await call('POST', configMaps, { metadata: { name: 'a' } });
    const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const [added, bookmark] = await take(watch(`${configMaps}?${query}`), 2);
    expect(added?.type).toBe('ADDED');
    expect(bookmark).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
  });

  it('sends bookmarks', async () => {
    const clock = alarmClock();
    const { watch } = await startCluster({ clock });
    const events = watch(`${configMaps}?watch=1&allowWatchBookmarks=true`);
    const next = events.next();
    await clock.ring(60_000);
    expect((await next).value).toMatchObject({ type: 'BOOKMARK', object: { kind: 'ConfigMap' } });
    await events.return(undefined);
  });

  it('shows rows where a Table is asked for', async () => {
    const { call, watch } = await startCluster();
    await call('POST', configMaps, { metadata: { name: 'a' }, data: { x: '1' } });
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const [event] = await take(watch(`${configMaps}?watch=1`, { accept }), 1);
    expect(event?.object).toMatchObject({ kind: 'Table', rows: [{ cells: ['a', 1, expect.any(String)] }] });
  });
});
