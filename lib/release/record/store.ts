import type { Clock } from '../../clock.ts';
import { TagboatError } from '../../errors.ts';
import { settleAll } from '../../settle-all.ts';
import type { Item, Table } from '../../store/table.ts';
import type { Hold, HoldKey } from '../model/hold.ts';
import {
  isUnderWay,
  mayBeRetried,
  mayFollow,
  type Release,
  type ReleaseKey,
  type ReleasePatch,
  type ReleaseRequest,
  type ReleaseState,
} from '../model/release.ts';
import { type Acquired, createLeases } from './lease.ts';

/**
 * The record. One partition per app and environment holds its releases (`release#<id>`), the claims that make doubled
 * hooks meet (`claim#…`), its holds (`hold#<tag>[@<digest>]`), the count of its releases and what people were told (`told#…`);
 * further partitions are lists of what is owed, which reconcile reads. Every write is conditional or idempotent, so every step can run twice.
 */
export type Store = {
  /**
   * Records a release, or finds the one that the same request made before. The list says so before the release is
   * there, so that nothing that was recorded can be overlooked.
   * @param list who has to go on with it; @param dueAt as with `owe`
   * @param mayRetry whether the one that was made before makes way for a new attempt; `mayBeRetried` where absent
   */
  record(
    request: ReleaseRequest,
    list: OwedList,
    dueAt: number,
    mayRetry?: (release: Release) => boolean,
  ): Promise<{ readonly release: Release; readonly created: boolean }>;
  /** Makes a further claim lead to a release; the release that has it already, if another one does. */
  claim(key: ReleaseKey, claim: string): Promise<Release | undefined>;
  get(key: ReleaseKey): Promise<Release | undefined>;
  /** @throws TagboatError `release-unknown` */
  require(key: ReleaseKey): Promise<Release>;
  findById(id: string): Promise<Release | undefined>;
  /** Newest first. `before`: only ids below that one. */
  list(
    app: string,
    environment: string,
    options?: { readonly limit?: number; readonly before?: string | undefined },
  ): Promise<readonly Release[]>;
  /** Moves a release on; undefined where its state does not allow it any more: somebody else did. */
  advance(
    key: ReleaseKey,
    to: ReleaseState,
    patch?: ReleasePatch | ((release: Release) => ReleasePatch),
  ): Promise<Release | undefined>;
  /** Changes fields without moving it, as long as it is in one of these states. */
  amend(key: ReleaseKey, states: readonly ReleaseState[], patch: ReleasePatch): Promise<Release | undefined>;

  /**
   * The right to tell a notifier's people about a release, one process at a time; `state.memory` is what the notifier
   * remembers of the last time.
   */
  leaseNotifications(key: ReleaseKey, notifier: string, leaseMs: number): Promise<Acquired>;

  holds(app: string, environment: string): Promise<readonly Hold[]>;
  hold(hold: Hold): Promise<void>;
  liftHold(hold: HoldKey): Promise<void>;

  /**
   * Puts a release on a list of what is owed.
   * @param dueAt when reconcile shall ask why it is still there
   * @param nudges how often reconcile asked in vain, since somebody last worked on it
   */
  owe(list: OwedList, key: ReleaseKey, dueAt: number, nudges?: number): Promise<void>;
  /** As `owe`, for somebody who is only about to try: the count of vain nudges stays. */
  postpone(list: OwedList, key: ReleaseKey, dueAt: number): Promise<void>;
  settle(list: OwedList, key: ReleaseKey): Promise<void>;
  owed(list: OwedList): Promise<readonly Owed[]>;
  /** Every group that ever had work, also those that tagboat.yml no longer has. */
  groups(): Promise<readonly string[]>;
};

/** `work#<group>`: to be committed; `images`: waits for its image; `rollouts`: is being watched. */
export type OwedList = `work#${string}` | 'images' | 'rollouts';
export type Owed = ReleaseKey & { readonly dueAt: number; readonly nudges: number };

export type StoreOptions = {
  readonly table: Table;
  readonly clock: Clock;
  /** Makes a ULID for this time (milliseconds since 1970), above all it made before. */
  readonly newId: (now: number) => string;
};

const partition = (app: string, environment: string): string => `environment#${app}#${environment}`;
const rowOf = (key: ReleaseKey): readonly [string, string] => [
  partition(key.app, key.environment),
  `release#${key.id}`,
];

/** Two images of one tag may both be held, by their digests. */
const holdSk = ({ tag, digest }: HoldKey): string => `hold#${tag}${digest === undefined ? '' : `@${digest}`}`;

const owedSk = ({ app, environment, id }: ReleaseKey): string => `${id}#${app}#${environment}`;

/** Attempts at a conditional write before the contention counts as a fault. */
const maxContention = 20;

const toItem = (release: Release, version: number): Item => {
  const [pk, sk] = rowOf(release);
  return { pk, sk, version, ...release };
};

const toRelease = (item: Item): Release => {
  const { pk: _pk, sk: _sk, version: _version, writer: _writer, ...release } = item;
  return release as unknown as Release;
};

export const createStore = ({ table, clock, newId }: StoreOptions): Store => {
  const leases = createLeases({ table, clock, newId: () => newId(clock.now()) });
  const contention = (what: string) =>
    new TagboatError('store-unreachable', `too many writers at once on ${what}`);

  const get: Store['get'] = async (key) => {
    const item = await table.get(...rowOf(key));
    return item && toRelease(item);
  };

  /** Read, change, write if nobody else wrote; again if somebody did. */
  const change = async (
    key: ReleaseKey,
    apply: (release: Release) => Release | undefined,
  ): Promise<Release | undefined> => {
    const writer = newId(clock.now());
    for (let attempt = 0; attempt < maxContention; attempt++) {
      const item = await table.get(...rowOf(key));
      if (item === undefined) return undefined;
      // Our own write, whose answer got lost on the way: the SDK tried again, and met itself.
      if (item.writer === writer) return toRelease(item);
      const changed = apply(toRelease(item));
      if (changed === undefined) return undefined;
      const version = Number(item.version);
      const stamped = { ...changed, updatedAt: new Date(clock.now()).toISOString() };
      const next = { ...toItem(stamped, version + 1), writer };
      if (await table.put(next, { attribute: 'version', value: version })) return stamped;
    }
    throw contention(`release ${key.id}`);
  };

  const owe: Store['owe'] = async (list, key, dueAt, nudges = 0) => {
    const { app, environment, id } = key;
    await table.put({
      pk: `owed#${list}`,
      sk: owedSk(key),
      app,
      environment,
      release: id,
      dueAt,
      nudges,
    });
  };

  const fresh = (request: ReleaseRequest, id: string, number: number): Release => {
    const { claim: _claim, ...fields } = request;
    const now = new Date(clock.now()).toISOString();
    return { ...fields, id, number, state: 'queued', attempts: 0, createdAt: now, updatedAt: now };
  };

  return {
    get,

    record: async (request, list, dueAt, mayRetry = ({ state }) => mayBeRetried(state)) => {
      const pk = partition(request.app, request.environment);
      const sk = `claim#${request.claim}`;
      for (let attempt = 0; attempt < maxContention; attempt++) {
        const claim = await table.get(pk, sk);
        const id = claim === undefined ? newId(clock.now()) : String(claim.release);
        const key = { app: request.app, environment: request.environment, id };
        // Whoever loses this race, or dies after it, leaves a claim that the next one completes.
        if (claim === undefined && !(await table.put({ pk, sk, release: id }, 'absent'))) continue;
        const known = claim === undefined ? undefined : await get(key);
        if (known !== undefined && mayRetry(known)) {
          await table.put({ pk, sk, release: newId(clock.now()) }, { attribute: 'release', value: id });
          continue;
        }
        const noteOwed = async (): Promise<void> => {
          if (list.startsWith('work#')) await table.put({ pk: 'groups', sk: list.slice('work#'.length) });
          await owe(list, key, dueAt);
        };
        if (known?.state === 'queued') await noteOwed();
        if (known !== undefined) return { release: known, created: false };
        const number = table.increment(pk, 'count');
        await settleAll<unknown>([number, noteOwed()]);
        const release = fresh(request, id, await number);
        if (await table.put(toItem(release, 1), 'absent')) return { release, created: true };
      }
      throw contention(`claim ${request.claim} of ${request.app}/${request.environment}`);
    },

    claim: async (key, claim) => {
      const pk = partition(key.app, key.environment);
      const sk = `claim#${claim}`;
      if (await table.put({ pk, sk, release: key.id }, 'absent')) return undefined;
      const other = String((await table.get(pk, sk))?.release);
      return other === key.id ? undefined : get({ ...key, id: other });
    },

    require: async (key) => {
      const release = await get(key);
      if (release === undefined) throw new TagboatError('release-unknown', `there is no release ${key.id}`);
      return release;
    },

    findById: async (id) => {
      // The index lags behind; it only says where to look.
      const found = await table.findById(id);
      return found && get(toRelease(found));
    },

    list: async (app, environment, options = {}) => {
      const items = await table.query(partition(app, environment), 'release#', {
        newestFirst: true,
        ...(options.limit === undefined
          ? {}
          : { limit: options.limit + (options.before === undefined ? 0 : 1) }),
        ...(options.before === undefined ? {} : { before: `release#${options.before}` }),
      });
      const releases = items.map(toRelease).filter((release) => release.id !== options.before);
      return options.limit === undefined ? releases : releases.slice(0, options.limit);
    },

    advance: (key, to, patch = {}) =>
      change(key, (release) =>
        mayFollow(release.state, to)
          ? {
              ...release,
              ...(typeof patch === 'function' ? patch(release) : patch),
              state: to,
              endedAt:
                isUnderWay(release.state) && !isUnderWay(to)
                  ? new Date(clock.now()).toISOString()
                  : release.endedAt,
            }
          : undefined,
      ),

    amend: (key, states, patch) =>
      change(key, (release) => (states.includes(release.state) ? { ...release, ...patch } : undefined)),

    holds: async (app, environment) => {
      const items = await table.query(partition(app, environment), 'hold#');
      return items.map(({ pk: _pk, sk: _sk, ...hold }) => hold as unknown as Hold);
    },

    hold: async (hold) => {
      await table.put({ pk: partition(hold.app, hold.environment), sk: holdSk(hold), ...hold });
    },

    liftHold: async (hold) => {
      await table.remove(partition(hold.app, hold.environment), holdSk(hold));
    },

    owe,

    postpone: async (list, key, dueAt) => {
      const item = await table.get(`owed#${list}`, owedSk(key));
      await owe(list, key, dueAt, Number(item?.nudges ?? 0));
    },

    settle: async (list, { app, environment, id }) => {
      await table.remove(`owed#${list}`, owedSk({ app, environment, id }));
    },

    owed: async (list) => {
      const items = await table.query(`owed#${list}`, '');
      return items.map((item) => ({
        app: String(item.app),
        environment: String(item.environment),
        id: String(item.release),
        dueAt: Number(item.dueAt),
        nudges: Number(item.nudges),
      }));
    },

    groups: async () => (await table.query('groups', '')).map(({ sk }) => sk),

    leaseNotifications: ({ app, environment, id }, notifier, leaseMs) =>
      leases.acquire({ pk: partition(app, environment), sk: `told#${id}#${notifier}` }, leaseMs),
  };
};
