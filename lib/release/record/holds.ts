import type { Table } from '../../store/table.ts';
import type { Hold } from '../../view/hold.ts';
import type { HoldKey } from '../model/hold.ts';
import { partition } from './partition.ts';
import { schema, toHold } from './row-versions.ts';

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
    return items.map(toHold);
  },

  hold: async (hold) => {
    await table.put({ pk: partition(hold.app, hold.environment), sk: sortKey(hold), schema, ...hold });
  },

  liftHold: async (hold) => {
    await table.remove(partition(hold.app, hold.environment), sortKey(hold));
  },
});
