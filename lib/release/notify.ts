import { isRetryable, TagboatError } from '../errors.ts';
import type { Notification, Notifier, Target } from '../notifiers/notifier.ts';
import { commitUrl } from './commit-url.ts';
import type { Context } from './context.ts';
import type { Release, ReleaseKey } from './release.ts';

export type NotifyContext = Context & { readonly notifiers: readonly Notifier[] };

/** Longer than any notifier may take, so that a doubled message meets the lease of the first. */
const leaseMs = 60_000;

/**
 * Tells everybody who wants to know that a release reached a state: each target once, however often the message comes.
 * @throws TagboatError where a target could not be reached now; those that were are not told again
 */
export const notify = async (key: ReleaseKey, state: string, context: NotifyContext): Promise<void> => {
  const release = await context.store.get(key);
  if (release === undefined) return;
  const notification = notificationOf(release, state, context);
  const targets = context.notifiers.flatMap((notifier) => notifier.targets(notification));
  const outcomes = await Promise.allSettled(targets.map((target) => tell(release, state, target, context)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

const tell = async (
  release: Release,
  state: string,
  target: Target,
  { store, logger }: NotifyContext,
): Promise<void> => {
  const receipt = `${target.name}#${state}`;
  const right = await store.take(release, receipt, leaseMs);
  if (right === 'done') return;
  if (right === 'busy')
    throw new TagboatError('notifier-failed', `${target.name} is being told by another invocation`);
  try {
    await target.send();
  } catch (error) {
    if (isRetryable(error)) {
      await store.finish(release, receipt, 'release');
      throw error;
    }
    // A channel that does not exist will not exist in a minute: say so in the log, once.
    logger.error('notification refused', { id: release.id, target: target.name, error });
  }
  await store.finish(release, receipt, 'done');
};

const notificationOf = (release: Release, state: string, { config }: Context): Notification => {
  const environment = config.apps[release.app]?.environments[release.environment];
  const repository = environment && config.configRepos[environment.configRepo]?.url;
  return {
    id: release.id,
    app: release.app,
    environment: release.environment,
    kind: release.kind,
    state,
    image: release.image,
    tag: release.tag,
    previous: release.previous,
    // An earlier state is told without the reason of a later one.
    reason: release.state === state ? release.reason : undefined,
    commit: release.commit,
    commitUrl: repository && release.commit && commitUrl(repository, release.commit),
    requestedBy: release.requestedBy,
    diagnosis: release.diagnosis ?? [],
    responseUrl: release.responseUrl,
    notify: environment?.notify ?? {},
  };
};
