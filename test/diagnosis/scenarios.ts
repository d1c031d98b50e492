import type { Scenario } from './scenario.ts';
import { room } from './scenarios-cluster.ts';
import { imageAndProgram } from './scenarios-image-and-program.ts';
import { rollouts } from './scenarios-rollout.ts';

/** Every cause of failure, at least once, in the order of the page. */
export const scenarios: readonly Scenario[] = [...imageAndProgram, ...room, ...rollouts];
