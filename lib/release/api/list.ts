import type { Config } from '../../config/types.ts';
import { TagboatError } from '../../errors.ts';
import type { Release } from '../model/release.ts';
import type { Context } from '../queue/context.ts';

const defaultLimit = 50;
/** With their diagnoses, more would not fit into the answer of a Lambda function. */
const maxLimit = 100;

/**
 * The releases a query asks for, newest first.
 * @param query `app` and `environment` narrow it; `limit` 1 to 100, 50 where absent; `before`: only ids below that one
 * @throws TagboatError `query-invalid`, `app-unknown`, `environment-unknown`
 */
export const listReleases = async (
  query: Readonly<Record<string, string>>,
  { config, store }: Context,
): Promise<readonly Release[]> => {
  const { before } = query;
  const limit = query.limit === undefined ? defaultLimit : Number(query.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit)
    throw new TagboatError('query-invalid', `limit has to be a whole number from 1 to ${maxLimit}`);
  if (before !== undefined && !/^[0-9A-Z]{26}$/i.test(before))
    throw new TagboatError('query-invalid', 'before has to be the id of a release');
  const lists = await Promise.all(
    wantedPlaces(query, config).map((one) => store.list(one.app, one.environment, { limit, before })),
  );
  return lists
    .flat()
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, limit);
};

/**
 * The environments that a query is about.
 * @throws TagboatError `app-unknown`, `environment-unknown`
 */
export const wantedPlaces = (
  { app, environment }: Readonly<Record<string, string>>,
  config: Config,
): readonly { readonly app: string; readonly environment: string }[] => {
  if (app !== undefined && !Object.hasOwn(config.apps, app))
    throw new TagboatError(
      'app-unknown',
      `no app "${app.slice(0, 60)}"; there are ${Object.keys(config.apps).join(', ')}`,
    );
  const wanted = Object.entries(config.apps)
    .filter(([name]) => app === undefined || name === app)
    .flatMap(([name, { environments }]) =>
      Object.keys(environments).map((one) => ({ app: name, environment: one })),
    )
    .filter((one) => environment === undefined || one.environment === environment);
  if (wanted.length === 0)
    throw new TagboatError(
      'environment-unknown',
      `no environment "${environment?.slice(0, 60)}" in ${app ?? 'any app'}`,
    );
  return wanted;
};
