import { it } from 'vitest';
import { releaseAtOnce } from './support/burst-suite.ts';

it('many hooks at once: every change lands, in a few commits that change one line a file', () =>
  releaseAtOnce(30));
