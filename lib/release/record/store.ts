import { createHolds, type Holds } from './holds.ts';
import { createTellingTurns, type TellingTurns } from './lease.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { partition } from './partition.ts';
import { createReleases, type RecordOptions, type Releases } from './releases.ts';

/**
 * The record. One partition per app and environment has its releases (`release#<id>`), the claims by which two hooks for
 * the same thing find the same release (`claim#…`), its holds (`hold#<tag>[@<digest>]`), the count of its releases, and
 * what each notifier has shown (`told#…`); further partitions are the lists of the outbox (`owed#…`). Every write is
 * conditional or idempotent, so every step can run twice.
 */
export type Store = Releases & Holds & TellingTurns & { readonly outbox: Outbox };

export const createStore = (options: RecordOptions): Store => {
  const { table, clock } = options;
  const outbox = createOutbox(table);
  return {
    ...createReleases(options, outbox),
    ...createHolds(table),
    ...createTellingTurns({ table, clock, partition }),
    outbox,
  };
};
