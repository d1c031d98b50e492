import type { Clock } from '../../clock.ts';
import type { Memory } from '../../notifiers/notifier.ts';
import type { Table } from '../../store/table.ts';
import type { ReleaseKey } from '../model/release.ts';

/** Who may tell a notifier's people about a release, one at a time, and what that notifier remembers of it. */
export type TellingTurns = {
  /**
   * Takes the right to tell a target about a release, for as long as the lease lasts, and what is remembered of the last
   * time. `busy`: somebody else is at it.
   */
  takeTurn(
    key: ReleaseKey,
    target: string,
    leaseMs: number,
  ): Promise<{ readonly memory: Memory | undefined } | 'busy'>;
  /** Gives the right back, with what is to be remembered. */
  endTurn(key: ReleaseKey, target: string, memory: Memory | undefined): Promise<void>;
};

/** @param partition where the rows of an app and environment are */
export const createTellingTurns = ({
  table,
  clock,
  partition,
}: {
  readonly table: Table;
  readonly clock: Clock;
  readonly partition: (app: string, environment: string) => string;
}): TellingTurns => {
  const rowOf = ({ app, environment, id }: ReleaseKey, target: string) => ({
    pk: partition(app, environment),
    sk: `told#${id}#${target}`,
  });
  return {
    takeTurn: async (key, target, leaseMs) => {
      const row = rowOf(key, target);
      const now = clock.now();
      const leaseUntil = now + leaseMs;
      if (await table.put({ ...row, leaseUntil }, 'absent')) return { memory: undefined };
      const known = await table.get(row.pk, row.sk);
      const lease = Number(known?.leaseUntil ?? 0);
      if (lease > now) return 'busy';
      const memory = known?.memory as Memory | undefined;
      const mine = await table.put(
        { ...row, leaseUntil, memory },
        known === undefined ? 'absent' : { attribute: 'leaseUntil', value: lease },
      );
      return mine ? { memory } : 'busy';
    },

    endTurn: async (key, target, memory) => {
      const row = rowOf(key, target);
      await table.put({ ...row, leaseUntil: 0, memory });
    },
  };
};
