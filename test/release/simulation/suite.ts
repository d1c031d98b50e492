import { expect } from 'vitest';
import { outcomesOf, violationsIn } from './invariants.ts';
import { simulate } from './simulate.ts';
import type { WorldOptions } from './world.ts';

/** How often things go wrong: far more than they do in a deployment. */
const weather: WorldOptions['faults'] = {
  death: 0.08,
  refusal: 0.004,
  lostAnswer: 0.004,
  repetition: 0.01,
  throttle: 0.02,
  duplication: 0.04,
  lateness: 0.02,
};

/**
 * So many releases, whose steps die, are duplicated, reordered, late and throttled: none is lost, none is doubled.
 * The same every time; `SIMULATION_SEED` tries other weather.
 * @returns how many came to what: `{ 'release healthy': 71, … }`
 */
export const releaseInBadWeather = async (options: { readonly releases: number; readonly apps: number }) => {
  const world = await simulate({
    ...options,
    seed: Number(process.env.SIMULATION_SEED ?? 11),
    faults: weather,
  });
  expect(await violationsIn(world)).toEqual([]);
  return outcomesOf(world);
};
