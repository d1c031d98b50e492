import { mayBeCurrent } from '../model/current-release.ts';
import type { Release } from '../model/release.ts';
import type { Store } from './store.ts';

const page = 20;
/** Not more: a freeze of a week may leave hundreds of skipped releases, each of which costs a read. */
export const maxDepth = 200;

type Environment = { readonly app: string; readonly environment: string };

/** The newest releases, newest first, at least as far back as the current one. */
export const readToCurrent = (environment: Environment, store: Store): Promise<readonly Release[]> =>
  readBack(environment, undefined, mayBeCurrent, store);

/** The releases before one, newest first, at least as far back as the last that was committed before it. */
export const readBefore = (release: Release, store: Store): Promise<readonly Release[]> =>
  readBack(release, release.id, ({ commit }) => commit !== undefined, store);

/** The releases that were asked for after one, newest first. */
export const readSince = async (release: Release, store: Store): Promise<readonly Release[]> => {
  const known = await readBack(release, undefined, ({ id }) => id <= release.id, store);
  return known.filter(({ id }) => id > release.id);
};

const readBack = async (
  { app, environment }: Environment,
  start: string | undefined,
  isEnough: (release: Release) => boolean,
  store: Store,
): Promise<readonly Release[]> => {
  const known: Release[] = [];
  for (;;) {
    const next = await store.list(app, environment, { limit: page, before: known.at(-1)?.id ?? start });
    known.push(...next);
    if (next.length < page || known.length >= maxDepth || known.some(isEnough)) return known;
  }
};
