import type { RolloutProgress } from '../../cluster/watch/watch-rollout.ts';
import { waitsForPerson } from '../../view/release.ts';
import type { Release } from '../model/release.ts';
import type { Context } from '../queue/context.ts';
import { progressNotifyMs, progressWriteMs } from '../queue/schedule.ts';
import { notePause } from './pause-clock.ts';

type Progress = {
  note(progress: RolloutProgress): void;
  /** Ends it. Progress that was not written yet is written with the verdict, or by the next invocation. */
  end(): Promise<void>;
};

/**
 * Records the progress of a rollout without holding up the watch: at once, then at most once a second, and always the
 * last. A notification is sent at most every 15 seconds, but at once for a new phase.
 */
export const createProgress = (release: Release, { store, jobs, clock, logger }: Context): Progress => {
  const over = new AbortController();
  let next: RolloutProgress | undefined;
  let phase = release.phase;
  let toldAt = clock.now();
  let writing: Promise<void> | undefined;

  const write = async ({ message, phase: reached }: RolloutProgress): Promise<void> => {
    await store.amend(release, ['rolling-out'], { progress: message, phase: reached });
    if (waitsForPerson(reached) || waitsForPerson(phase)) await notePause(release, reached, { store, clock });
    const isNewPhase = reached !== (phase ?? 'rolling-out');
    phase = reached;
    if (!isNewPhase && clock.now() - toldAt < progressNotifyMs) return;
    toldAt = clock.now();
    await jobs.notify(release, 'rolling-out');
  };

  const writeAll = async (): Promise<void> => {
    for (let one = next; one !== undefined; one = next) {
      next = undefined;
      await write(one).catch((error: unknown) => {
        logger.warn('progress not recorded', { id: release.id, error });
      });
      await clock.sleep(progressWriteMs, over.signal).catch(() => undefined);
      if (over.signal.aborted) break;
    }
    writing = undefined;
  };

  return {
    note: (progress) => {
      next = progress;
      writing ??= writeAll();
    },
    end: async () => {
      over.abort();
      await writing;
    },
  };
};
