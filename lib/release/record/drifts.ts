import type { Table } from '../../store/table.ts';
import type { Drift } from '../../view/drift.ts';
import { partition } from './partition.ts';

/** The manifests of an app and environment were compared with what was committed last. */
export type Comparison = {
  readonly app: string;
  readonly environment: string;
  /** The commit of the config repo. */
  readonly revision: string;
  /** The release that was committed last, by its id. */
  readonly release: string;
  readonly drift?: Drift | undefined;
};

export type Drifts = {
  comparison(app: string, environment: string): Promise<Comparison | undefined>;
  keepComparison(comparison: Comparison): Promise<void>;
};

const sk = 'drift';

export const createDrifts = (table: Table): Drifts => ({
  comparison: async (app, environment) => {
    const row = await table.get(partition(app, environment), sk);
    return (
      row && {
        app,
        environment,
        revision: String(row.revision),
        release: String(row.release),
        drift: row.drift as Drift | undefined,
      }
    );
  },

  keepComparison: async ({ app, environment, revision, release, drift }) => {
    await table.put({ pk: partition(app, environment), sk, revision, release, drift });
  },
});
