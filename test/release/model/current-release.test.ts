import { describe, expect, it } from 'vitest';
import { currentRelease } from '../../../lib/release/model/current-release.ts';
import type { Release } from '../../../lib/release/model/release.ts';
import { readToCurrent } from '../../../lib/release/record/read-back.ts';
import { createContext, requestFor } from '../support/context.ts';
import { memoryTable } from '../support/memory-table.ts';

const release = (tag: string, fields: Partial<Release>): Release => ({
  ...requestFor(tag),
  id: tag,
  state: 'queued',
  attempts: 0,
  createdAt: '',
  updatedAt: '',
  ...fields,
});
const written = (tag: string, state: Release['state']) => release(tag, { state, commit: 'c0ffee' });

it.each<[string, readonly Release[], string | undefined]>([
  ['the newest that was written', [written('b', 'healthy'), written('a', 'healthy')], 'b'],
  ['not one that only waits', [release('b', {}), written('a', 'failed')], 'a'],
  ['not one that was held back', [release('b', { state: 'skipped' }), written('a', 'healthy')], 'a'],
  ['not one that was undone', [written('b', 'undone'), written('a', 'healthy')], 'a'],
  ['also one that the cluster was given another image for', [written('b', 'superseded')], 'b'],
  ['an undo that is about to be', [release('b', { kind: 'undo' }), written('a', 'healthy')], 'b'],
  [
    'not an undo that came to nothing',
    [release('b', { kind: 'undo', state: 'failed' }), written('a', 'healthy')],
    'a',
  ],
  ['what waits where nothing was ever written', [release('b', { state: 'waiting-for-image' })], 'b'],
  ['nothing', [release('b', { state: 'skipped' })], undefined],
])('what stands is %s', (_name, known, tag) => {
  expect(currentRelease(known)?.tag).toBe(tag);
});

describe('readToCurrent', () => {
  const arrange = async (skipped: number) => {
    const { store, record, clock } = createContext(memoryTable());
    const { release: standing } = await record(requestFor('v1.0.0', { claim: 'standing' }));
    await store.advance(standing, 'committed', { commit: 'c0ffee' });
    for (let count = 0; count < skipped; count++) {
      clock.advance(1000);
      const { release: one } = await record(requestFor('v1.1.0', { claim: String(count) }));
      await store.advance(one, 'skipped');
    }
    const limits: (number | undefined)[] = [];
    const known = await readToCurrent(standing, {
      ...store,
      list: (app, environment, options) => {
        limits.push(options?.limit);
        return store.list(app, environment, options);
      },
    });
    return { known, questions: limits.length };
  };

  it.each([
    ['at once, where it is near', 3, 4, 1],
    ['as far back as it is', 45, 46, 3],
    ['not for ever', 250, 200, 10],
  ])('reads %s, newest first and each once', async (_name, skipped, count, questions) => {
    const read = await arrange(skipped);

    const ids = read.known.map(({ id }) => id);
    expect({ count: ids.length, questions: read.questions }).toEqual({ count, questions });
    expect(ids).toEqual([...new Set(ids)].toSorted().toReversed());
  });
});
