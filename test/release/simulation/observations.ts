import type { Item } from '../../../lib/store/table.ts';
import type { ReleaseState } from '../../../lib/view/release.ts';
import type { Hook } from './hooks.ts';

/** What was seen of a release from outside while it went on. */
export type Observed = {
  readonly states: ReleaseState[];
  readonly commits: Set<string>;
  /** What people were told last. */
  told: ReleaseState | undefined;
};

/** Notes what no record keeps: every state that a release had, and every commit that its row named. */
export const createObservations = () => {
  const releases = new Map<string, Observed>();
  const of = (id: string): Observed => {
    const known = releases.get(id) ?? { states: [], commits: new Set(), told: undefined };
    releases.set(id, known);
    return known;
  };
  return {
    of,
    accepted: [] as Hook[],
    /** Commands that were sent, and those that were answered. */
    asked: new Set<string>(),
    answered: new Set<string>(),
    /** For the table. */
    onPut: (item: Item, before: Item | undefined): void => {
      if (!item.sk.startsWith('release#')) return;
      const seen = of(String(item.id));
      if (before?.state !== item.state) seen.states.push(item.state as ReleaseState);
      if (typeof item.commit === 'string') seen.commits.add(item.commit);
    },
  };
};

export type Observations = ReturnType<typeof createObservations>;
