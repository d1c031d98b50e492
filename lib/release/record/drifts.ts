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
  /** Of what tagboat.yml said of the manifests; older rows have none. */
  readonly fingerprint?: string | undefined;
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
        fingerprint: row.fingerprint as string | undefined,
        drift: row.drift as Drift | undefined,
      }
    );
  },

  keepComparison: async ({ app, environment, ...comparison }) => {
    await table.put({ pk: partition(app, environment), sk, ...comparison });
  },
});
