import { it } from 'vitest';
import { releaseAtOnce, releaseInRounds } from './support/burst-suite.ts';

it('many hooks at once: all are accepted, and every change lands, in a few commits that change one line a file', () =>
  releaseAtOnce(20));

it('more hooks at once than there is room for: each is accepted when it is delivered again', () =>
  releaseInRounds(8));
