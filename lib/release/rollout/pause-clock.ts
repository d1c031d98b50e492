import type { RolloutPhase } from '../../view/release.ts';
import type { Release, ReleasePatch } from '../model/release.ts';
import type { Context } from '../queue/context.ts';
import { pauseSettlesMs } from '../queue/schedule.ts';

/** A release whose rollout is resumed: with as much time left as it had when it was paused. */
export const resumedPatch = ({ paused, deadline }: Release, now: number): ReleasePatch => ({
  paused: undefined,
  deadline: deadline && deadline + now - (paused?.at ?? now),
});

/**
 * Keeps the clock of a rollout by what the cluster says of it: while it is paused, with kubectl, or at a step of a canary
 * that waits for promotion, its deadline does not count. Resumed, it has as much time left as it had before the pause.
 */
export const notePause = async (
  key: Release,
  phase: RolloutPhase,
  { store, clock }: Pick<Context, 'store' | 'clock'>,
): Promise<void> => {
  const release = await store.get(key);
  if (release === undefined) return;
  const now = clock.now();
  const { paused } = release;
  if (phase === 'paused') {
    if (paused === undefined)
      await store.amend(release, ['rolling-out'], { paused: { by: { type: 'cluster' }, at: now } });
    return;
  }
  if (paused === undefined || (paused.by.type !== 'cluster' && now - paused.at < pauseSettlesMs)) return;
  await store.amend(release, ['rolling-out'], resumedPatch(release, now));
};
