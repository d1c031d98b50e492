import { type RolloutPhase, waitsForPerson } from '../../view/release.ts';
import type { Release, ReleasePatch } from '../model/release.ts';
import type { Context } from '../queue/context.ts';
import { pauseSettlesMs, reminderMs } from '../queue/schedule.ts';

/** The pause of what is watched. While the Jobs that go first run, a user's is that of workloads whose turn comes later. */
export const watchedPause = ({ paused, stage }: Release): Release['paused'] =>
  stage !== undefined && paused?.by.type !== 'cluster' ? undefined : paused;

/** A release whose rollout is resumed: with as much time left as it had when it was paused. */
export const resumedPatch = (release: Release, now: number): ReleasePatch => {
  const { deadline } = release;
  return {
    paused: undefined,
    deadline: deadline && deadline + now - (watchedPause(release)?.at ?? now),
  };
};

/**
 * Keeps the clock of a rollout by what the cluster says of it: while it is paused, with kubectl or in the manifest, at a step
 * of a canary that waits for promotion, or with old pods that a person has to delete, its deadline does not count. Once it goes
 * on, it has as much time left as it had before.
 */
export const notePause = async (
  key: Release,
  phase: RolloutPhase,
  { store, clock }: Pick<Context, 'store' | 'clock'>,
): Promise<void> => {
  const release = await store.get(key);
  if (release === undefined) return;
  const now = clock.now();
  const paused = watchedPause(release);
  if (waitsForPerson(phase)) {
    if (release.paused === undefined)
      await store.amend(release, ['rolling-out'], { paused: { by: { type: 'cluster' }, at: now } });
    return;
  }
  if (paused === undefined || (paused.by.type !== 'cluster' && now - paused.at < pauseSettlesMs)) return;
  await store.amend(release, ['rolling-out'], resumedPatch(release, now));
};

/**
 * Has people reminded of a rollout that waits for a person, once a day; the notification itself is sent by the caller.
 * @returns true where it is time to
 */
export const noteReminder = async (
  key: Release,
  { store, clock }: Pick<Context, 'store' | 'clock'>,
): Promise<boolean> => {
  const now = clock.now();
  const reminded = await store.amend(key, ['rolling-out'], ({ paused }) =>
    paused === undefined || now - (paused.remindedAt ?? paused.at) < reminderMs
      ? undefined
      : { paused: { ...paused, remindedAt: now } },
  );
  return reminded !== undefined;
};
