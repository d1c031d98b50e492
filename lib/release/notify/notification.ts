import type { Notification } from '../../notifiers/notifier.ts';
import { currentRelease } from '../model/current-release.ts';
import { isUnderWay, type Release } from '../model/release.ts';
import type { Context } from '../queue/context.ts';
import { readToCurrent } from '../record/read-back.ts';
import { commitUrl, diffUrl } from './commit-url.ts';

/** What people are told about a release, as the record has it now. */
export const notificationOf = async (release: Release, context: Context): Promise<Notification> =>
  notificationFrom(release, await readToCurrent(release, context.store), context);

/** As `notificationOf`, from what was read. @param known the releases around it, newest first */
export const notificationFrom = (
  release: Release,
  known: readonly Release[],
  context: Pick<Context, 'config'>,
): Notification => {
  const { app, environment: name } = release;
  const environment = context.config.apps[app]?.environments[name];
  const repository = environment && context.config.configRepos[environment.configRepo]?.url;
  const undone = known.find(({ id }) => id === release.undoes);
  return {
    ...release,
    commitUrl: repository && release.commit && commitUrl(repository, release.commit),
    diffUrl: diffOf(release, context),
    undoneBy: known.find(({ undoes }) => undoes === release.id)?.requestedBy,
    undoneTag: takesAway(release) ? undone?.tag : undefined,
    diagnosis: release.diagnosis ?? [],
    canPause: release.workloads?.some(({ kind }) => kind === 'Deployment' || kind === 'Rollout') ?? false,
    stands: currentRelease(known)?.id === release.id,
    startedAt: Date.parse(release.createdAt),
    endedAt: isUnderWay(release.state) ? undefined : Date.parse(release.endedAt ?? release.updatedAt),
    notify: environment?.notify ?? {},
  };
};

/** One that never came to be has taken nothing. */
const takesAway = ({ holdsUndone, state, commit }: Release): boolean =>
  holdsUndone === true && (state !== 'failed' || commit !== undefined);

/** Where the source's own history shows what is new since the tag before; of an undo, what it takes away. */
const diffOf = (release: Release, { config }: Pick<Context, 'config'>): string | undefined => {
  const repository = config.apps[release.app]?.repository;
  const { kind, tag, previous } = release;
  if (repository === undefined || previous === undefined || previous.tag === tag) return undefined;
  return kind === 'undo' && release.holdsUndone === true
    ? diffUrl(repository, tag, previous.tag)
    : diffUrl(repository, previous.tag, tag);
};
