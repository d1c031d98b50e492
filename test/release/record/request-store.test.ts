import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createInbox,
  type Inbox,
  requestId,
  type SignedRequest,
  type Taken,
} from '../../../lib/release/record/request-store.ts';
import type { Item, Table } from '../../../lib/store/table.ts';
import { fixedClock } from '../support/context.ts';
import { memoryTable } from '../support/memory-table.ts';
import { startTable } from '../support/table.ts';

let dynamo: Awaited<ReturnType<typeof startTable>>;
beforeAll(async () => {
  dynamo = await startTable();
});
afterAll(() => dynamo.close());

let ids = 0;
const newId = () => `writer-${++ids}`;
const clock = fixedClock();

/** Each its own, since the table is shared. */
const fresh = (change: Partial<SignedRequest> = {}): SignedRequest => ({
  endpoint: 'commands',
  body: `command=%2Fundo&trigger_id=${++ids}`,
  signature: `v0=${'a'.repeat(64)}`,
  timestamp: '1795435200',
  receivedAt: clock.now(),
  ...change,
});

const taken = (outcome: Taken | 'done' | 'busy'): string => (typeof outcome === 'string' ? outcome : 'taken');

describe.each([
  ['in memory', () => memoryTable()],
  ['in DynamoDB', () => dynamo.table],
])('an inbox %s', (_name, makeTable) => {
  let table: Table;
  let inbox: Inbox;
  let request: SignedRequest;
  const rowOf = (one: SignedRequest): Promise<Item | undefined> => table.get('commands', requestId(one));
  beforeEach(() => {
    table = makeTable();
    inbox = createInbox({ table, clock, newId });
    request = fresh();
  });

  it('knows a request that came before, by all that was signed', async () => {
    const outcomes = [];
    for (const change of [
      {},
      {},
      { receivedAt: 1 },
      { endpoint: 'interactions' },
      { body: fresh().body },
    ] as const)
      outcomes.push(await inbox.receive({ ...request, ...change }));

    expect(outcomes).toEqual(['new', 'replayed', 'replayed', 'replayed', 'new']);
  });

  it('keeps nothing of a request that is answered but that it came', async () => {
    await inbox.receive(request, 'done');

    expect(await rowOf(request)).toEqual({
      pk: 'commands',
      sk: requestId(request),
      done: true,
      expiresAt: Math.floor(clock.now() / 1000) + 86_400,
      writer: expect.any(String),
    });
    expect([await inbox.receive(request), taken(await inbox.take(request, 1_000))]).toEqual([
      'replayed',
      'done',
    ]);
  });

  it('gives the right to carry it out to one at a time, and to nobody once it is done', async () => {
    await inbox.receive(request);
    const outcomes = await Promise.all([1, 2, 3].map(() => inbox.take(request, 60_000)));
    clock.advance(60_000);
    const next = await inbox.take(request, 60_000);
    await inbox.finish(request);
    clock.advance(60_001);

    expect(outcomes.map(taken).toSorted()).toEqual(['busy', 'busy', 'taken']);
    expect([taken(next), taken(await inbox.take(request, 60_000))]).toEqual(['taken', 'done']);
  });

  it('lets go what came through the queue alone, and then knows it', async () => {
    expect([taken(await inbox.take(request, 1_000)), await inbox.receive(request)]).toEqual([
      'taken',
      'replayed',
    ]);
  });

  it('takes a right back, but not from somebody who has it since', async () => {
    const first = await inbox.take(request, 1_000);
    if (typeof first === 'string') throw new Error(first);
    await first.giveBack();
    const second = await inbox.take(request, 60_000);
    await first.giveBack();

    expect([taken(second), taken(await inbox.take(request, 1_000))]).toEqual(['taken', 'busy']);
  });

  it('drops what came once it is carried out', async () => {
    await inbox.receive(request);
    await inbox.finish(request);

    expect(Object.keys((await rowOf(request)) ?? {}).toSorted()).toEqual(['done', 'expiresAt', 'pk', 'sk']);
  });

  it('finds its own write where the answer got lost and the SDK tried again', async () => {
    const doubling: Table = {
      ...table,
      put: async (...args) => {
        await table.put(...args);
        return table.put(...args);
      },
    };
    const again = createInbox({ table: doubling, clock, newId });
    const other = fresh();

    const received = await again.receive(request);
    const absent = await again.take(other, 60_000);
    const known = await again.take(request, 60_000);

    expect([received, taken(absent), taken(known)]).toEqual(['new', 'taken', 'taken']);
    expect([await again.receive(request), taken(await again.take(other, 1_000))]).toEqual([
      'replayed',
      'busy',
    ]);
  });

  it('lists what nobody is at, as it came', async () => {
    const busy = fresh();
    const late = fresh({ receivedAt: clock.now() + 1_000 });
    const large = fresh({ endpoint: 'interactions', body: `payload=${'x'.repeat(199_000)}` });
    for (const one of [request, busy, late, large]) await inbox.receive(one);
    await inbox.take(busy, 5_000);

    const overdue = await inbox.overdue(clock.now() + 1);

    const mine = new Set([request, busy, late, large].map(requestId));
    const found = overdue.filter((one) => mine.has(requestId(one)));
    expect(found.toSorted((a, b) => a.body.length - b.body.length)).toEqual([request, large]);
  });
});
