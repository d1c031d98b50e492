import { settleAll } from '../../../lib/settle-all.ts';
import type { Parts } from './parts.ts';
import type { Synced, Target } from './types.ts';

/** A release may push while the cluster is brought to the tip before it; how often that is done over. */
const maxRounds = 3;

/** Brings every target to what its config repo says now. What goes wrong is the outcome of the targets that it concerns. */
export const bootstrap = async (parts: Parts, targets: readonly Target[]): Promise<readonly Synced[]> => {
  const byRepo = Map.groupBy(targets, ({ environment }) => environment.configRepo);
  const outcomes = await settleAll(
    [...byRepo].map(async ([name, ofRepo]) => {
      try {
        return await bringToTip(parts, name, ofRepo);
      } catch (error) {
        return ofRepo.map((target): Synced => ({ type: 'failed', target, error }));
      }
    }),
  );
  const found = new Map(outcomes.flat().map((synced) => [synced.target, synced]));
  return targets.flatMap((target) => found.get(target) ?? []);
};

const bringToTip = async (
  parts: Parts,
  name: string,
  targets: readonly Target[],
): Promise<readonly Synced[]> => {
  const remote = await parts.open(name);
  let snapshot = await remote.tip({ fresh: true });
  for (let round = 1; ; round += 1) {
    const synced: Synced[] = [];
    for (const target of targets)
      synced.push(await parts.synchronise(snapshot, target, { imagesArePresent: true }));
    const tip = await remote.tip({ fresh: true });
    if (tip.revision === snapshot.revision || round === maxRounds) return synced;
    snapshot = tip;
  }
};
