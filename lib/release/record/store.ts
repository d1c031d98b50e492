import type { ReleaseKey } from '../model/release.ts';
import { createHolds, type Holds } from './holds.ts';
import { type Acquired, createLeases } from './lease.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { partition } from './partition.ts';
import { createRedeliveries, type Redeliveries } from './redeliveries.ts';
import { createReleases, type RecordOptions, type Releases } from './releases.ts';

/**
 * The record. One partition per app and environment has its releases (`release#<id>`), the claims by which two hooks for
 * the same thing find the same release (`claim#…`), its holds (`hold#<tag>[@<digest>]`), the count of its releases, and
 * what each notifier has shown (`told#…`); further partitions are the lists of the outbox (`owed#…`). Every write is
 * conditional or idempotent, so every step can run twice.
 */
export type Store = Releases &
  Holds & {
    readonly outbox: Outbox;
    readonly redeliveries: Redeliveries;
    /**
     * The right to tell a notifier's people about a release, one process at a time; `state.memory` is what the notifier
     * remembers of the last time.
     */
    leaseNotifications(key: ReleaseKey, notifier: string, leaseMs: number): Promise<Acquired>;
  };

export const createStore = (options: RecordOptions): Store => {
  const { table, clock, newId } = options;
  const leases = createLeases({ table, clock, newId: () => newId(clock.now()) });
  const outbox = createOutbox(table);
  return {
    ...createReleases(options, outbox),
    ...createHolds(table),
    outbox,
    redeliveries: createRedeliveries(table, clock),
    leaseNotifications: ({ app, environment, id }, notifier, leaseMs) =>
      leases.acquire({ pk: partition(app, environment), sk: `told#${id}#${notifier}` }, leaseMs),
  };
};
