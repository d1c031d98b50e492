import type { Clock } from '../../clock.ts';
import type { Table } from '../../store/table.ts';

/** A hook that its sender was asked to deliver again. Times are milliseconds since 1970. */
export type Redelivery = {
  /** When it was delivered for the first time, by the sender's clock. */
  readonly firstAt: number;
  /** When it was asked for the last time. */
  readonly askedAt: number;
  /** How often it was. */
  readonly count: number;
};

export type Redeliveries = {
  /** @param delivery what the sender calls it */
  find(source: string, delivery: string): Promise<Redelivery | undefined>;
  /** Counts one more, before the sender is asked. Undefined where another invocation has done so meanwhile. */
  count(
    source: string,
    delivery: string,
    known: Redelivery | undefined,
    firstAt: number,
  ): Promise<Redelivery | undefined>;
};

/** Longer than GitHub can deliver again: three days. */
const keptSeconds = 4 * 24 * 3600;

const keyOf = (source: string, delivery: string) => ({ pk: 'redeliveries', sk: `${source}#${delivery}` });

export const createRedeliveries = (table: Table, clock: Clock): Redeliveries => ({
  find: async (source, delivery) => {
    const { pk, sk } = keyOf(source, delivery);
    const item = await table.get(pk, sk);
    return (
      item && { firstAt: Number(item.firstAt), askedAt: Number(item.askedAt), count: Number(item.count) }
    );
  },

  count: async (source, delivery, known, firstAt) => {
    const askedAt = clock.now();
    const next = { firstAt: known?.firstAt ?? firstAt, askedAt, count: (known?.count ?? 0) + 1 };
    const expiresAt = Math.floor(askedAt / 1000) + keptSeconds;
    const unchanged = known === undefined ? 'absent' : { attribute: 'count', value: known.count };
    const isOurs = await table.put({ ...keyOf(source, delivery), ...next, expiresAt }, unchanged);
    return isOurs ? next : undefined;
  },
});
