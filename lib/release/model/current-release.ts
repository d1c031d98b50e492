import { isUnderWay, type Release } from './release.ts';

/**
 * The current release of an environment: the newest one that was committed to the config repo, or the undo that is about
 * to be. A release that still waits is not current, unless nothing was ever committed. Pure.
 * @param known newest first
 */
export const currentRelease = (known: readonly Release[]): Release | undefined =>
  known.find(mayBeCurrent) ?? known.find(({ state }) => isUnderWay(state));

/** True for a release that was committed to the config repo and not undone, or an undo that is about to be committed. */
export const mayBeCurrent = ({ state, commit, kind }: Release): boolean =>
  (commit !== undefined && state !== 'undone') || (kind === 'undo' && isUnderWay(state));
