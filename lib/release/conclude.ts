import { describeError } from '../errors.ts';
import type { Context } from './context.ts';
import { environmentOf } from './group.ts';
import type { Release } from './release.ts';
import { requestUndo } from './undo.ts';

/**
 * Everything that follows once a release has ended: somebody is told, and where the environment wants it a failed one is
 * undone. Safe to run again, which is what happens when the function died halfway.
 */
export const conclude = async (release: Release, context: Context): Promise<void> => {
  if (release.state === 'failed' && release.kind === 'release' && release.commit !== undefined)
    await undoIfWanted(release, context);
  await context.nudges.tell(release, release.state);
  await context.store.settle(`work#${release.group}`, release);
  await context.store.settle('rollouts', release);
};

/** Ends a release that a step could not carry out, with the error's code and message as the reason. */
export const fail = async (release: Release, error: unknown, context: Context): Promise<void> => {
  const { code, message } = describeError(error);
  const failed = await context.store.advance(release, 'failed', { code, reason: message });
  await conclude(failed ?? release, context);
};

const undoIfWanted = async (release: Release, context: Context): Promise<void> => {
  try {
    const { environment } = environmentOf(context.config, release.app, release.environment);
    if (environment.onFailure !== 'undo') return;
    await requestUndo(
      {
        app: release.app,
        environment: release.environment,
        undoes: release.id,
        by: 'tagboat (onFailure: undo)',
        reason: `the rollout failed: ${release.reason ?? 'unknown'}`,
        source: 'tagboat',
        delivery: release.id,
      },
      context,
    );
  } catch (error) {
    // Nothing to go back to is no reason to keep the verdict from people.
    context.logger.warn('failed release is not undone', { id: release.id, ...describeError(error) });
  }
};
