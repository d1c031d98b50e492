import { describe, expect, it } from 'vitest';
import { type Acquired, createLeases, type Lease } from '../../../lib/release/record/lease.ts';
import type { Table } from '../../../lib/store/table.ts';
import { fixedClock } from '../support/context.ts';
import { memoryTable } from '../support/memory-table.ts';

const key = { pk: 'commands', sk: 'one' };
const minute = 60_000;

const arrange = (table: Table = memoryTable()) => {
  const clock = fixedClock();
  let count = 0;
  const leases = createLeases({ table, clock, newId: () => `holder-${++count}` });
  const acquire = () => leases.acquire(key, minute, { since: 1 });
  return { table, clock, leases, acquire };
};
const leaseOf = (acquired: Acquired): Lease => {
  if (acquired.type !== 'acquired') throw new Error(`the lease is ${acquired.type}`);
  return acquired;
};

describe('a lease', () => {
  it('is given to one at a time', async () => {
    const { acquire } = arrange();

    const all = await Promise.all(Array.from({ length: 5 }, acquire));

    expect(all.map(({ type }) => type).toSorted()).toEqual(['acquired', ...Array(4).fill('busy')]);
    expect(all.map(({ state }) => state)).toEqual(Array(5).fill({ since: 1 }));
  });

  it('passes on, with the state that its holder left, when it is given back', async () => {
    const { acquire } = arrange();
    await leaseOf(await acquire()).giveBack({ memory: 'of the last' });

    expect(await acquire()).toMatchObject({ type: 'acquired', state: { memory: 'of the last' } });
  });

  it('passes on, as it was, when it runs out; what its first holder does then changes nothing', async () => {
    const { acquire, clock } = arrange();
    const first = leaseOf(await acquire());
    clock.advance(minute - 1);
    const before = await acquire();
    clock.advance(1);
    const second = leaseOf(await acquire());

    expect([before.type, second.state]).toEqual(['busy', { since: 1 }]);
    expect(await first.giveBack({ since: 2 })).toBe(false);
    expect(await second.giveBack({ since: 3 })).toBe(true);
    expect((await acquire()).state).toEqual({ since: 3 });
  });

  it('keeps a state while it is held, for the one that takes over', async () => {
    const { acquire, clock } = arrange();
    const first = leaseOf(await acquire());
    expect(await first.keep({ since: 2 })).toBe(true);
    expect(await acquire()).toEqual({ type: 'busy', state: { since: 2 } });

    clock.advance(minute);
    expect((await acquire()).state).toEqual({ since: 2 });
    expect(await first.keep({ since: 3 })).toBe(false);
  });

  it('is not taken by a write that was on its way while another held it and gave it back', async () => {
    const memory = memoryTable();
    let slow: Promise<unknown> | undefined;
    const gate = Promise.withResolvers<void>();
    const table: Table = {
      ...memory,
      put: async (item, condition) => {
        if (condition === 'absent' || slow !== undefined) return memory.put(item, condition);
        slow = gate.promise;
        await slow;
        return memory.put(item, condition);
      },
    };
    const { acquire } = arrange(table);
    await memory.put({ ...key, leaseUntil: 0, holder: 'before', memory: 'old' });
    const late = acquire();
    await new Promise(setImmediate);
    await leaseOf(await acquire()).giveBack({ memory: 'new' });
    gate.resolve();

    expect(await late).toMatchObject({ type: 'busy' });
    expect(await memory.get(key.pk, key.sk)).toMatchObject({ memory: 'new' });
  });

  it('is over for everyone once it is complete, also where it ran out before', async () => {
    const { acquire, clock } = arrange();
    const first = leaseOf(await acquire());
    clock.advance(minute);
    const second = leaseOf(await acquire());

    await first.complete({ since: 1 });

    expect(await acquire()).toEqual({ type: 'done', state: { since: 1 } });
    await second.complete({ since: 1 });
    expect((await acquire()).type).toBe('done');
  });

  it('cannot be had once it is cancelled, nor be cancelled once it is begun', async () => {
    const begun = arrange();
    await leaseOf(await begun.acquire()).giveBack({});
    expect(await begun.leases.cancel(key, {})).toBe(false);

    const { acquire, leases } = arrange();
    expect(await leases.cancel(key, { withdrawn: true })).toBe(true);
    expect(await acquire()).toEqual({ type: 'done', state: { withdrawn: true } });
    expect(await leases.cancel(key, {})).toBe(false);
  });

  it.each(['acquire', 'take over', 'cancel'])(
    'knows its own write, tried again by the SDK: %s',
    async (what) => {
      const memory = memoryTable();
      let isRepeated = false;
      const table: Table = {
        ...memory,
        put: async (item, condition) => {
          if (isRepeated) await memory.put(item, condition);
          return memory.put(item, condition);
        },
      };
      const { acquire, leases, clock } = arrange(table);
      if (what === 'take over') {
        await acquire();
        clock.advance(minute);
      }
      isRepeated = true;

      const outcome = what === 'cancel' ? await leases.cancel(key, {}) : (await acquire()).type;

      expect(outcome).toBe(what === 'cancel' ? true : 'acquired');
    },
  );

  it('keeps when the table may drop the row, and nothing of the lease in the state', async () => {
    const { leases, table } = arrange();
    const expiring = { ...key, expiresAt: 1_800_000_000 };

    const lease = leaseOf(await leases.acquire(expiring, minute));
    expect(await table.get(key.pk, key.sk)).toMatchObject({ expiresAt: 1_800_000_000 });
    await lease.complete({ since: 1 });

    expect(await table.get(key.pk, key.sk)).toMatchObject({ expiresAt: 1_800_000_000, done: true });
    expect((await leases.acquire(expiring, minute)).state).toEqual({ since: 1 });
  });
});
