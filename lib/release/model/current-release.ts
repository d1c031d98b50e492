import { isUnderWay, type Release } from './release.ts';

/**
 * What stands in an environment: the newest release that was written to the config repo, or the undo that is about to
 * be. A release that only waits stands nowhere yet; it is what is meant where nothing was ever written. Pure.
 * @param known newest first
 */
export const currentRelease = (known: readonly Release[]): Release | undefined =>
  known.find(mayBeCurrent) ?? known.find(({ state }) => isUnderWay(state));

/** True where it was written to the config repo and still stands, or is the undo that is about to be. */
export const mayBeCurrent = ({ state, commit, kind }: Release): boolean =>
  (commit !== undefined && state !== 'undone') || (kind === 'undo' && isUnderWay(state));
