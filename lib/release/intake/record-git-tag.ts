import { TagboatError } from '../../errors.ts';
import type { TagPushed } from '../../event.ts';
import { releaseStates } from '../../view/release.ts';
import { claimOf, claimOfRevision, type Release, type ReleaseRequest } from '../model/release.ts';
import type { Releases } from '../record/releases.ts';

type Store = Pick<Releases, 'amend' | 'claim' | 'findClaimed' | 'get' | 'record' | 'takeClaim'>;

/** As often a hook that was faster may have changed what is known of the tag. */
const maxRounds = 10;

/**
 * Records what a Git tag asks for. A Git host announces one tag by several hooks, in any order and again, of which not all say
 * its commit: they come to one release. The same tag on another commit is another release, and a late hook for the commit before
 * brings that one neither back nor a second time.
 *
 * The claim of the tag alone leads to its newest release, and one for each commit to the release of that.
 * @param isLate true for a hook that was received before one of the same tag that is on record: the tag has moved on since
 * @param record records a request, or finds what has its claim; `isNewest` tells whether a release is of the commit that the tag
 *   points at now
 */
export const recordGitTag = async (
  event: TagPushed,
  request: ReleaseRequest,
  isLate: boolean,
  store: Store,
  record: (
    request: ReleaseRequest,
    isNewest: (release: Release) => boolean,
  ) => ReturnType<Releases['record']>,
): ReturnType<Releases['record']> => {
  const { tag } = event;
  const ofTag = claimOf({ ...event, revision: undefined }, undefined);
  for (let round = 0; round < maxRounds; round++) {
    const found = await store.findClaimed(request, ofTag);
    const newest = found && (await learnRevision(found, event, store));
    const revision = event.revision ?? newest?.revision;
    if (newest === undefined || revision === undefined) {
      const recorded = await record({ ...request, revision, claim: ofTag }, () => true);
      if (revision === undefined) return recorded;
      // Another hook was faster, and what it has said is known now.
      if (recorded.release.revision !== revision) continue;
      await store.claim(recorded.release, claimOfRevision(tag, revision));
      return recorded;
    }
    const claim = claimOfRevision(tag, revision);
    if (newest.revision === revision) await store.claim(newest, claim);
    const recorded = await record({ ...request, revision, claim }, ({ id }) => id >= newest.id);
    if (!isLate) await store.takeClaim(recorded.release, ofTag);
    return recorded;
  }
  throw new TagboatError('store-unreachable', `too many hooks at once for the tag ${tag}`);
};

/** The release with its commit: what the hook says of it, where those before did not. */
export const learnRevision = async (
  known: Release,
  event: TagPushed,
  store: Pick<Releases, 'amend' | 'get'>,
): Promise<Release> => {
  const revision = event.previous ?? event.revision;
  if (known.revision !== undefined || revision === undefined) return known;
  const amended = await store.amend(known, releaseStates, (release) =>
    release.revision === undefined ? { revision } : undefined,
  );
  return amended ?? (await store.get(known)) ?? known;
};
