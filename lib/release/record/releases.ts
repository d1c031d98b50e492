import type { Clock } from '../../clock.ts';
import { TagboatError } from '../../errors.ts';
import { settleAll } from '../../settle-all.ts';
import type { Item, Table } from '../../store/table.ts';
import type { ReleaseState } from '../../view/release.ts';
import {
  isUnderWay,
  mayBeRetried,
  mayFollow,
  type Release,
  type ReleaseKey,
  type ReleasePatch,
  type ReleaseRequest,
} from '../model/release.ts';
import type { createOutbox, OutboxList } from './outbox.ts';
import { partition } from './partition.ts';
import { schema, toRelease } from './row-versions.ts';

export type RecordOptions = {
  readonly table: Table;
  readonly clock: Clock;
  /** Makes a ULID for this time (milliseconds since 1970), above all it made before. */
  readonly newId: (now: number) => string;
};

export type Releases = {
  /**
   * Records a release, or finds the one that the same request made before. Its outbox entry is written before the
   * release itself, so that reconcile finds every release that was recorded.
   * @param list of the outbox, by the next step; @param dueAt as with `outbox.add`
   * @param mayRetry whether the one that was made before makes way for a new attempt; `mayBeRetried` where absent
   */
  record(
    request: ReleaseRequest,
    list: OutboxList,
    dueAt: number,
    mayRetry?: (release: Release) => boolean | Promise<boolean>,
  ): Promise<{ readonly release: Release; readonly created: boolean }>;
  /** Makes a further claim lead to a release; the release that has it already, if another one does. */
  claim(key: ReleaseKey, claim: string): Promise<Release | undefined>;
  /** The release that a claim leads to; undefined where there is none, or it is about to be recorded. */
  findClaimed(of: Omit<ReleaseKey, 'id'>, claim: string): Promise<Release | undefined>;
  /** Makes a claim that leads to an older release, or to none, lead to this one. */
  takeClaim(key: ReleaseKey, claim: string): Promise<void>;
  /** Whether a release is on record, in whatever state, whose claim begins so. */
  hasClaim(app: string, environment: string, prefix: string): Promise<boolean>;
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
  /** Moves a release on; undefined where its state does not allow it any more: another invocation did. */
  advance(
    key: ReleaseKey,
    to: ReleaseState,
    patch?: ReleasePatch | ((release: Release) => ReleasePatch),
  ): Promise<Release | undefined>;
  /** Changes fields without moving it, as long as it is in one of these states, and the patch is not undefined. */
  amend(
    key: ReleaseKey,
    states: readonly ReleaseState[],
    patch: ReleasePatch | ((release: Release) => ReleasePatch | undefined),
  ): Promise<Release | undefined>;
};

const rowOf = (key: ReleaseKey): readonly [string, string] => [
  partition(key.app, key.environment),
  `release#${key.id}`,
];

/** Attempts at a conditional write before the contention counts as a fault. */
const maxContention = 20;

const toItem = (release: Release, version: number): Item => {
  const [pk, sk] = rowOf(release);
  return { pk, sk, schema, version, ...release };
};

export const createReleases = (
  { table, clock, newId }: RecordOptions,
  outbox: ReturnType<typeof createOutbox>,
): Releases => {
  const contention = (what: string) =>
    new TagboatError('store-unreachable', `too many writers at once on ${what}`);

  const get: Releases['get'] = async (key) => {
    const item = await table.get(...rowOf(key));
    return item && toRelease(item);
  };

  /** Reads, changes, and writes on condition that the version is still the one that was read; else again. */
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
        // An invocation that loses this race, or dies after it, leaves a claim that the next one completes.
        if (claim === undefined && !(await table.put({ pk, sk, release: id }, 'absent'))) continue;
        const known = claim === undefined ? undefined : await get(key);
        if (known !== undefined && (await mayRetry(known))) {
          await table.put({ pk, sk, release: newId(clock.now()) }, { attribute: 'release', value: id });
          continue;
        }
        if (known?.state === 'queued') await outbox.register(list, key, dueAt);
        if (known !== undefined) return { release: known, created: false };
        const number = table.increment(pk, 'count');
        await settleAll<unknown>([number, outbox.register(list, key, dueAt)]);
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

    findClaimed: async ({ app, environment }, claim) => {
      const row = await table.get(partition(app, environment), `claim#${claim}`);
      return row && get({ app, environment, id: String(row.release) });
    },

    takeClaim: async (key, claim) => {
      const pk = partition(key.app, key.environment);
      const row = { pk, sk: `claim#${claim}`, release: key.id };
      for (let attempt = 0; attempt < maxContention; attempt++) {
        const known = await table.get(pk, row.sk);
        const id = known && String(known.release);
        if (id !== undefined && id >= key.id) return;
        if (await table.put(row, id === undefined ? 'absent' : { attribute: 'release', value: id })) return;
      }
      throw contention(`claim ${claim} of ${key.app}/${key.environment}`);
    },

    hasClaim: async (app, environment, prefix) => {
      const claims = await table.query(partition(app, environment), `claim#${prefix}`);
      // An invocation that died may have left a claim without its release.
      for (const { release } of claims)
        if ((await get({ app, environment, id: String(release) })) !== undefined) return true;
      return false;
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

    list: async (app, environment, { limit, before } = {}) => {
      const items = await table.query(partition(app, environment), 'release#', {
        newestFirst: true,
        // The one that the others come before is among them.
        limit: limit === undefined || before === undefined ? limit : limit + 1,
        before: before === undefined ? undefined : `release#${before}`,
      });
      const releases = items.map(toRelease).filter(({ id }) => id !== before);
      return releases.slice(0, limit);
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
      change(key, (release) => {
        if (!states.includes(release.state)) return undefined;
        const fields = typeof patch === 'function' ? patch(release) : patch;
        return fields && { ...release, ...fields };
      }),
  };
};
