import type { Config } from '../../config/types.ts';
import type { Offer, ReleaseView } from '../../view/release.ts';
import { currentRelease } from '../model/current-release.ts';
import { isUndelivered, isUnderWay, notesOf, type Release } from '../model/release.ts';
import { findTarget } from '../model/target.ts';
import { commitUrl, diffUrl } from './commit-url.ts';
import { gitTagOf } from './git-tag.ts';

/** What people are shown of a release, as it is recorded now. @param known the releases around it, newest first */
export const releaseView = (release: Release, known: readonly Release[], config: Config): ReleaseView => {
  const { responseUrl: _secret, askedFrom: _channel, ...shown } = release;
  const { state, undoneFrom, diagnosis = [] } = release;
  const environment = config.apps[release.app]?.environments[release.environment];
  const repository = config.configRepos[environment?.configRepo ?? '']?.url;
  const isCurrent = currentRelease(known)?.id === release.id;
  const undone = known.find(({ id }) => id === release.undoes);
  const undoneTag = removes(release) ? undone?.tag : undefined;
  return {
    ...shown,
    isUndo: release.kind === 'undo',
    putOff: putOffOf(release),
    // An agent goes by Git, and needs nobody's delivery.
    gitAhead: isCurrent && isUndelivered(release) && environment?.deliver !== 'agent',
    notes: notesOf(release),
    previousTag: release.previous?.tag,
    // Of a release that was undone, `undoneBy` says so, and this why.
    reason: state === 'undone' ? release.failure : release.reason,
    diagnosis: state === 'failed' || (state === 'undone' && undoneFrom === 'failed') ? diagnosis : [],
    commitUrl: repository && release.commit && commitUrl(repository, release.commit),
    diffUrl: diffOf(release, known, config),
    undoneBy: known.find(({ undoes }) => undoes === release.id)?.requestedBy,
    undoneTag,
    isUndoneHeld: release.holdTakenBack !== true,
    startedAt: Date.parse(release.createdAt),
    endedAt:
      state === 'undone' || isUnderWay(state) ? undefined : Date.parse(release.endedAt ?? release.updatedAt),
    offers: isCurrent ? offersOf(release, undoneTag) : [],
  };
};

const putOffOf = ({ state, commit, notBefore }: Release): ReleaseView['putOff'] =>
  !isUnderWay(state) || notBefore === undefined
    ? undefined
    : commit === undefined
      ? 'before-commit'
      : 'after-commit';

/** An undo that failed before its commit has removed nothing. */
const removes = ({ holdsUndone, state, commit }: Release): boolean =>
  holdsUndone === true && (state !== 'failed' || commit !== undefined);

/** The comparison in the source repository of what is new since the tag before; of an undo, of what it removes. */
const diffOf = (release: Release, known: readonly Release[], config: Config): string | undefined => {
  const { app, environment, kind, tag, previous, holdsUndone } = release;
  const target = findTarget(config, app, environment);
  const repository = target?.app.repository;
  if (target === undefined || repository === undefined || previous === undefined || previous.tag === tag)
    return undefined;
  const [before, after] = [previous.tag, tag].map((one) => gitTagOf(one, [release, ...known], target));
  if (before === undefined || after === undefined) return undefined;
  return kind === 'undo' && holdsUndone === true
    ? diffUrl(repository, after, before)
    : diffUrl(repository, before, after);
};

/** What can be done about the current release. */
const offersOf = (
  { kind, state, paused, phase, workloads = [] }: Release,
  undoneTag: string | undefined,
): readonly Offer[] => {
  if (state !== 'rolling-out' && state !== 'healthy' && state !== 'failed') return [];
  const canPause = workloads.some(({ kind }) => kind === 'Deployment' || kind === 'Rollout');
  const back = kind === 'undo' && undoneTag !== undefined ? 'put-back' : 'undo';
  // Resuming deletes no pods: a person who is waited for to do that is told how, and has no button for it.
  const isPaused = paused !== undefined && (paused.by.type !== 'cluster' || phase !== 'waiting-for-person');
  if (isPaused || (phase === 'paused' && canPause)) return ['resume', back];
  return state === 'rolling-out' && canPause ? ['pause', back] : [back];
};
