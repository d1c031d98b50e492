import type { ReleaseKey } from '../model/release.ts';
import { createDrifts, type Drifts } from './drifts.ts';
import { createHolds, type Holds } from './holds.ts';
import { type Acquired, createLeases } from './lease.ts';
import { createLooks, type Looks } from './looks.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { partition } from './partition.ts';
import { createRedeliveries, type Redeliveries } from './redeliveries.ts';
import { createReleases, type RecordOptions, type Releases } from './releases.ts';

/**
 * The record. One partition per app and environment has its releases (`release#<id>`), the claims by which two hooks for
 * the same thing find the same release (`claim#…`), its holds (`hold#<tag>[@<digest>]`), the count of its releases, what each
 * notifier has shown (`told#…`), and how its manifests compared with it (`drift`); further partitions are the lists of the
 * outbox (`owed#…`), and what was seen of the apps' tags (`looks`, `seen-tags`). Every write is
 * conditional or idempotent, so every step can run twice.
 */
export type Store = Releases &
  Holds &
  Drifts & {
    readonly outbox: Outbox;
    readonly redeliveries: Redeliveries;
    readonly looks: Looks;
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
    ...createDrifts(table),
    looks: createLooks(table),
    outbox,
    redeliveries: createRedeliveries(table, clock),
    leaseNotifications: ({ app, environment, id }, notifier, leaseMs) =>
      leases.acquire({ pk: partition(app, environment), sk: `told#${id}#${notifier}` }, leaseMs),
  };
};
