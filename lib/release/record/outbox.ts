import type { Table } from '../../store/table.ts';
import type { ReleaseKey } from '../model/release.ts';

/** `work#<lock group>`: to be committed; `images`: waits for its image; `rollouts`: is being watched. */
export type OutboxList = `work#${string}` | 'images' | 'rollouts';

export type OutboxEntry = ReleaseKey & {
  /** From when on reconcile sends the job again, in milliseconds since 1970. */
  readonly dueAt: number;
  /** How often reconcile has sent it again since a function last worked on it. */
  readonly attempts: number;
};

/**
 * Which releases have a next step, and until when the job for that step may take: the transactional outbox of the
 * queues (https://microservices.io/patterns/data/transactional-outbox.html). An entry is written before its job is
 * sent and acknowledged after the step is done, so a job that was lost is sent again by reconcile.
 */
export type Outbox = {
  /** Writes the entry of a release, or replaces it. */
  add(list: OutboxList, key: ReleaseKey, dueAt: number, attempts?: number): Promise<void>;
  /** As `add`, for a step that is only about to be tried: the count of attempts stays. */
  defer(list: OutboxList, key: ReleaseKey, dueAt: number): Promise<void>;
  acknowledge(list: OutboxList, key: ReleaseKey): Promise<void>;
  pending(list: OutboxList): Promise<readonly OutboxEntry[]>;
  /** Every lock group that a release was recorded for, also those that tagboat.yml no longer has. */
  groups(): Promise<readonly string[]>;
};

/** What the store alone may do, when it records a release. */
type RecordingOutbox = Outbox & {
  /** As `add`, and makes sure that reconcile knows the list. */
  register(list: OutboxList, key: ReleaseKey, dueAt: number): Promise<void>;
};

const work = 'work#';

const rowOf = (list: OutboxList, { app, environment, id }: ReleaseKey) => ({
  pk: `owed#${list}`,
  sk: `${id}#${app}#${environment}`,
});

/** Tables that were filled by earlier versions have the attributes `dueAt` and `nudges`, and keep them. */
export const createOutbox = (table: Table): RecordingOutbox => {
  const add: Outbox['add'] = async (list, key, dueAt, attempts = 0) => {
    const { app, environment, id } = key;
    await table.put({ ...rowOf(list, key), app, environment, release: id, dueAt, nudges: attempts });
  };
  return {
    add,

    register: async (list, key, dueAt) => {
      if (list.startsWith(work)) await table.put({ pk: 'groups', sk: list.slice(work.length) });
      await add(list, key, dueAt);
    },

    defer: async (list, key, dueAt) => {
      const { pk, sk } = rowOf(list, key);
      const item = await table.get(pk, sk);
      await add(list, key, dueAt, Number(item?.nudges ?? 0));
    },

    acknowledge: async (list, key) => {
      const { pk, sk } = rowOf(list, key);
      await table.remove(pk, sk);
    },

    pending: async (list) => {
      const items = await table.query(`owed#${list}`, '');
      return items.map((item) => ({
        app: String(item.app),
        environment: String(item.environment),
        id: String(item.release),
        dueAt: Number(item.dueAt),
        attempts: Number(item.nudges),
      }));
    },

    groups: async () => (await table.query('groups', '')).map(({ sk }) => sk),
  };
};
