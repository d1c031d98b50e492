import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { actorText } from '../../../lib/actor.ts';
import { viewOf } from '../../../lib/release/api/view.ts';
import type { Release } from '../../../lib/release/model/release.ts';
import { requestUndo } from '../../../lib/release/undo/request-undo.ts';
import { because, timeText } from '../../../lib/slack/messages/parts.ts';
import { createRequestLog } from '../../../lib/slack-app/request-log.ts';
import type { Item } from '../../../lib/store/table.ts';
import { holdReasonText } from '../../../lib/view/hold.ts';
import { actor } from '../../support/records.ts';
import { createContext } from '../support/context.ts';
import { memoryTable } from '../support/memory-table.ts';

type Scenario = { readonly now: number; readonly rows: readonly Item[] };

/** Rows that version 0.1.0 wrote, each as it came to the table: its steps were run to make them. */
const scenarios: Readonly<Record<string, Scenario>> = JSON.parse(
  readFileSync(new URL('../../fixtures/records/schema-1.json', import.meta.url), 'utf8'),
);

const arrange = async (name: string) => {
  const scenario = scenarios[name];
  if (scenario === undefined) throw new Error(`there is no scenario "${name}"`);
  const table = memoryTable();
  for (const row of scenario.rows) await table.put(row);
  const all = createContext(table);
  all.clock.advance(scenario.now - all.clock.now());
  return { ...all, table, rows: scenario.rows };
};
const rowsOf = (rows: readonly Item[], prefix: string) => rows.filter(({ sk }) => sk.startsWith(prefix));
const keyOf = (row: Item) => ({
  app: String(row.app),
  environment: String(row.environment),
  id: String(row.id),
});

/** Version 1 wrote the rule in other words than were documented. */
const by = (text: unknown): unknown =>
  typeof text === 'string' ? text.replace('tagboat (onFailure: undo)', 'tagboat:onFailure') : text;

it('has scenarios of every state, with holds, pauses and undos among them', () => {
  const rows = Object.values(scenarios).flatMap((scenario) => scenario.rows);
  const states = new Set(rowsOf(rows, 'release#').map(({ state }) => state));
  expect(states.size).toBe(9);
  expect(rowsOf(rows, 'release#').filter(({ paused }) => paused !== undefined).length).toBeGreaterThan(1);
  expect(rowsOf(rows, 'hold#').length).toBeGreaterThan(10);
});

describe.each(Object.keys(scenarios))('rows of version 1: %s', (name) => {
  it('show the same releases at /releases as before', async () => {
    const { store, rows } = await arrange(name);

    for (const row of rowsOf(rows, 'release#')) {
      const { code, reason, failure, notes, paused, requestedBy } = row;
      expect(viewOf(await store.require(keyOf(row)))).toMatchObject({
        id: row.id,
        state: row.state,
        tag: row.tag,
        code: code ?? null,
        reason: by(reason) ?? null,
        failure: failure ?? null,
        notes: notes ?? [],
        paused: paused ?? null,
        requestedBy: by(requestedBy),
      });
    }
  });

  it('hold what they held, by whom, until when and why', async () => {
    const { store, rows } = await arrange(name);

    for (const row of rowsOf(rows, 'hold#')) {
      const found = (await store.holds(String(row.app), String(row.environment))).filter(
        ({ tag, digest }) => tag === row.tag && digest === row.digest,
      );
      expect(found).toHaveLength(1);
      const [hold] = found;
      expect(hold).toMatchObject({ createdAt: row.createdAt, ...(row.until ? { until: row.until } : {}) });
      expect(hold && [actorText(hold.by), holdReasonText(hold.reason)]).toEqual([by(row.by), row.reason]);
      const replaced = row.replaces as Item | undefined;
      expect(hold?.replaces && holdReasonText(hold.replaces.reason)).toBe(replaced?.reason);
    }
  });

  it('are changed as any others, and then of this version', async () => {
    const { store, rows, table } = await arrange(name);

    for (const row of rowsOf(rows, 'release#')) {
      const before = await store.require(keyOf(row));
      await store.amend(before, [before.state], { attempts: 7 });
      const { attempts: _a, updatedAt: _u, ...after } = await store.require(before);
      const { attempts: _b, updatedAt: _v, ...same } = before;
      expect(JSON.parse(JSON.stringify(after))).toEqual(JSON.parse(JSON.stringify(same)));
      expect(await table.get(row.pk, row.sk)).toMatchObject({ schema: 2, attempts: 7 });
    }
  });

  it('are known to the outbox, to the notifier and to the log of Slack requests', async () => {
    const { store, rows, context } = await arrange(name);

    for (const row of rows.filter(({ pk }) => pk.startsWith('owed#')))
      expect(await store.outbox.pending(row.pk.slice('owed#'.length) as 'images')).toContainEqual(
        expect.objectContaining({ id: row.release, dueAt: row.dueAt, attempts: row.nudges }),
      );
    for (const row of rowsOf(rows, 'told#')) {
      const [, id = '', notifier = ''] = row.sk.split('#');
      const lease = await store.leaseNotifications(
        { app: 'okeydokey', environment: 'production', id },
        notifier,
        60_000,
      );
      expect([lease.type, lease.state.memory]).toEqual([
        Number(row.leaseUntil) > context.clock.now() ? 'busy' : 'acquired',
        row.memory,
      ]);
    }
    const requests = createRequestLog(context.leases);
    for (const row of rows.filter(({ pk }) => pk === 'commands')) {
      const request = { id: row.sk, at: context.clock.now() };
      expect([await requests.isKnown(row.sk), (await requests.acquire(request, 1000)).type]).toEqual([
        true,
        'replayed',
      ]);
    }
  });
});

it('an undo of a release of version 1 holds what it takes away', async () => {
  const { context, store } = await arrange('undo of a failed release from Slack, committed');
  const known = await store.list('okeydokey', 'production');
  const standing = known.find(({ state }) => state === 'committed') as Release;
  for (const state of ['rolling-out', 'healthy'] as const) await store.advance(standing, state);

  const undo = await requestUndo(
    {
      app: 'okeydokey',
      environment: 'production',
      by: actor('slack:U024BE7LH'),
      reason: { code: 'undone', from: 'slack' },
      source: 'slack',
      delivery: 'new',
      to: 'v9.9.9',
    },
    context,
  );

  expect(undo.undone?.id).toBe(standing.id);
  expect((await store.holds('okeydokey', 'production')).map(({ tag }) => tag)).toContain(standing.tag);
});

it.each<[Partial<Item>, string]>([
  [{ code: 'git-denied', reason: 'The Git server refuses.' }, 'The Git server refuses.'],
  [
    {
      code: 'held',
      reason: 'every tag is held by slack:U024BE7LH until 2026-11-23T18:00:00.000Z: a: freeze',
    },
    'every tag is held by <@U024BE7LH> until 2026-11-23 18:00 UTC: a: freeze',
  ],
  [
    { code: 'held', reason: 'v1.2.0 is held by tagboat (onFailure: undo): the rollout failed: it crashes' },
    'v1.2.0 is held by Tagboat (onFailure: undo): the rollout failed: it crashes',
  ],
  [
    { code: 'superseded', reason: 'release 01M844E0F8A04H4QZNCF9K5S84 took its place' },
    'a newer release took its place',
  ],
  [{ code: 'undone', reason: 'undone by slack:U024BE7LH' }, 'undone by <@U024BE7LH>'],
])(
  'what a function of version 1 wrote into a row of this version reads in Slack as ever: %j',
  async (written, words) => {
    const { store, rows, table } = await arrange('committed');
    const [row] = rowsOf(rows, 'release#');
    if (row === undefined) throw new Error('there is no release');
    const key = keyOf(row);
    await store.amend(key, ['committed'], { attempts: 1, paused: { by: actor('slack:U0'), at: 1 } });
    const mine = await table.get(row.pk, row.sk);
    await table.put({ ...mine, ...row, paused: mine?.paused, schema: 2, ...written } as Item);

    const release = await store.require(key);

    expect(actorText(release.requestedBy)).toBe(row.requestedBy);
    expect(release.paused?.by).toEqual(actor('slack:U0'));
    expect(release.reason && because(release.reason, 500, timeText)).toBe(words);
  },
);

it('a hold of version 1 that replaces one of this version is read, each as it was written', async () => {
  const { store, table } = await arrange('committed');
  const place = {
    app: 'okeydokey',
    environment: 'production',
    tag: 'v1',
    createdAt: '2026-11-23T12:00:00.000Z',
  };
  const replaces = { ...place, by: actor('slack:U0'), reason: { code: 'given', message: 'mine' } as const };
  await table.put({
    pk: 'environment#okeydokey#production',
    sk: 'hold#v1',
    ...place,
    by: 'slack:U1',
    reason: 'undone from Slack',
    replaces,
  });

  expect(await store.holds('okeydokey', 'production')).toContainEqual({
    ...place,
    by: actor('slack:U1'),
    reason: { code: 'given', message: 'undone from Slack' },
    replaces,
  });
});
