import { settleAll } from '../../settle-all.ts';
import { winner } from '../model/decide.ts';
import { isInGit, isUnderWay, type Release } from '../model/release.ts';
import { schemeOf, stepBack } from '../model/tag-scheme.ts';
import type { TargetedRelease } from '../model/target.ts';
import { readSince } from '../record/read-back.ts';
import type { Store } from '../record/store.ts';

/** By the id of a release that waits, the one that took its place while it was put off. */
export type NewerCommits = ReadonlyMap<string, Release>;

/**
 * Finds the releases that have nothing to do any more: a cluster did not answer, or their image was not there, and another
 * one was committed meanwhile. It takes their place as it would have had both waited at once.
 * @throws TagboatError `store-unreachable`
 */
export const readNewerCommits = async (
  releases: readonly TargetedRelease[],
  store: Store,
): Promise<NewerCommits> => {
  const waiting = releases.filter(({ release }) => !isInGit(release));
  const found = await settleAll(
    waiting.map(
      async (one) => [one.release.id, newerCommit(one, await readSince(one.release, store))] as const,
    ),
  );
  return new Map(found.flatMap(([id, newer]) => (newer === undefined ? [] : [[id, newer]])));
};

/**
 * An undo was asked for against what stood then, and would take out what nobody asked it to. A release gives way only to one
 * that still stands; where the order of versions decides, the config repo says what is newer. Pure.
 */
const newerCommit = (
  { release, target }: TargetedRelease,
  since: readonly Release[],
): Release | undefined => {
  const scheme = schemeOf(target);
  return since.find((newer) => {
    if (newer.commit === undefined) return false;
    if (release.kind === 'undo') return true;
    const stands = newer.kind === 'release' && (isUnderWay(newer.state) || newer.state === 'healthy');
    const goesBack = release.byHand !== true && stepBack(scheme, release.tag, newer.tag) !== undefined;
    return stands && !goesBack && winner([release, newer], scheme) === newer.id;
  });
};
