import type { Table } from '../../store/table.ts';
import type { Hold, HoldKey } from '../model/hold.ts';
import { partition } from './partition.ts';

export type Holds = {
  holds(app: string, environment: string): Promise<readonly Hold[]>;
  hold(hold: Hold): Promise<void>;
  liftHold(hold: HoldKey): Promise<void>;
};

/** Two images of one tag may both be held, by their digests. */
const sortKey = ({ tag, digest }: HoldKey): string =>
  `hold#${tag}${digest === undefined ? '' : `@${digest}`}`;

export const createHolds = (table: Table): Holds => ({
  holds: async (app, environment) => {
    const items = await table.query(partition(app, environment), 'hold#');
    return items.map(({ pk: _pk, sk: _sk, ...hold }) => hold as unknown as Hold);
  },

  hold: async (hold) => {
    await table.put({ pk: partition(hold.app, hold.environment), sk: sortKey(hold), ...hold });
  },

  liftHold: async (hold) => {
    await table.remove(partition(hold.app, hold.environment), sortKey(hold));
  },
});
