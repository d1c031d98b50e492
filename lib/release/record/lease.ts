import type { Clock } from '../../clock.ts';
import type { Item, Table } from '../../store/table.ts';

/** The key of a row that one process at a time may work on. `expiresAt`: seconds since 1970, from when the table may drop it. */
type LeaseKey = { readonly pk: string; readonly sk: string; readonly expiresAt?: number };

/** What a row keeps besides the lease. */
type LeaseState = Readonly<Record<string, unknown>>;

export type Lease = {
  readonly type: 'acquired';
  readonly state: LeaseState;
  /** Keeps a state, and the lease. False where it ran out, and another process has it since. */
  keep(state: LeaseState): Promise<boolean>;
  /** Gives it back and keeps a state for the next one. False where it ran out, and another process has it since. */
  giveBack(state: LeaseState): Promise<boolean>;
  /** Gives it back for good: from now on it is `done` for everyone, also where it ran out meanwhile. */
  complete(state: LeaseState): Promise<void>;
};

/** `busy`: another process holds it. `done`: nothing is left to do. Both with what the row keeps. */
export type Acquired = Lease | { readonly type: 'busy' | 'done'; readonly state: LeaseState };

export type Leases = {
  /**
   * @param leaseMs for how long no other process gets it, in milliseconds: longer than the function that works on it may run
   * @param initial the state of a row that is not there yet
   * @throws TagboatError `store-unreachable`
   */
  acquire(key: LeaseKey, leaseMs: number, initial?: LeaseState): Promise<Acquired>;
  /** True once it was acquired or cancelled. */
  exists(key: LeaseKey): Promise<boolean>;
  /** Marks as done what no process has begun. False where one has, or where it is done already. */
  cancel(key: LeaseKey, state: LeaseState): Promise<boolean>;
};

const stateOf = (item: Item): LeaseState => {
  const { pk: _pk, sk: _sk, expiresAt: _e, leaseUntil: _l, holder: _h, done: _d, ...state } = item;
  return state;
};

export const createLeases = ({
  table,
  clock,
  newId,
}: {
  readonly table: Table;
  readonly clock: Clock;
  readonly newId: () => string;
}): Leases => {
  const leaseOn = (held: Item, state: LeaseState): Lease => {
    const mine = { attribute: 'holder', value: String(held.holder) };
    return {
      type: 'acquired',
      state,
      keep: (next) => table.put({ ...next, ...held }, mine),
      giveBack: (next) => table.put({ ...next, ...held, leaseUntil: 0 }, mine),
      complete: async (next) => {
        await table.put({ ...next, ...held, leaseUntil: 0, done: true });
      },
    };
  };
  return {
    acquire: async (key, leaseMs, initial = {}) => {
      const now = clock.now();
      const holder = newId();
      const held = { ...key, leaseUntil: now + leaseMs, holder };
      if (await table.put({ ...initial, ...held }, 'absent')) return leaseOn(held, initial);
      const known = await table.get(key.pk, key.sk);
      if (known === undefined) return { type: 'busy', state: {} };
      const state = stateOf(known);
      // Its own write: the answer was lost on the way, and the SDK tried again.
      if (known.holder === holder) return leaseOn(held, state);
      if (known.done === true) return { type: 'done', state };
      const until = Number(known.leaseUntil ?? 0);
      if (until > now) return { type: 'busy', state };
      // Every holder is another one. Rows that an earlier version wrote have none.
      const unchanged =
        known.holder === undefined
          ? { attribute: 'leaseUntil', value: until }
          : { attribute: 'holder', value: String(known.holder) };
      if (await table.put({ ...state, ...held }, unchanged)) return leaseOn(held, state);
      return (await table.get(key.pk, key.sk))?.holder === holder
        ? leaseOn(held, state)
        : { type: 'busy', state };
    },

    exists: async ({ pk, sk }) => (await table.get(pk, sk)) !== undefined,

    cancel: async (key, state) => {
      const holder = newId();
      if (await table.put({ ...state, ...key, holder, done: true }, 'absent')) return true;
      return (await table.get(key.pk, key.sk))?.holder === holder;
    },
  };
};
