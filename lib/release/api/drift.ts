import type { Drift } from '../../view/drift.ts';
import { currentRelease } from '../model/current-release.ts';
import { driftSince } from '../model/drift-since.ts';
import type { Context } from '../queue/context.ts';
import { readToCurrent } from '../record/read-back.ts';
import { wantedPlaces } from './list.ts';

/** An environment whose config repo was changed by hand, as GET /releases shows it. */
export type ApiDrift = {
  readonly app: string;
  readonly environment: string;
  /** The versions that the manifests have. */
  readonly found: Drift['found'];
  /** Why they cannot be read. */
  readonly unreadable: Drift['unreadable'] | null;
  /** The release that was committed last. */
  readonly release: { readonly id: string; readonly number: number | null; readonly tag: string };
  readonly revision: string;
  readonly since: string;
};

/**
 * What the environments of a query have that was not committed by Tagboat.
 * @throws TagboatError `app-unknown`, `environment-unknown`, `store-unreachable`
 */
export const listDrift = async (
  query: Readonly<Record<string, string>>,
  { config, store }: Context,
): Promise<readonly ApiDrift[]> => {
  const drifts = await Promise.all(
    wantedPlaces(query, config).map(async ({ app, environment }): Promise<readonly ApiDrift[]> => {
      const comparison = await store.comparison(app, environment);
      if (comparison?.drift === undefined) return [];
      const current = currentRelease(await readToCurrent({ app, environment }, store));
      const drift = driftSince(current, comparison, config);
      if (drift === undefined) return [];
      const { found, unreadable = null, release: id, number, tag, revision, since } = drift;
      const release = { id, number: number ?? null, tag };
      return [{ app, environment, found, unreadable, release, revision, since }];
    }),
  );
  return drifts.flat();
};
