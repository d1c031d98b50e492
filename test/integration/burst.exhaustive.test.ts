import { it } from 'vitest';
import { releaseAtOnce } from './support/burst-suite.ts';

it.each([100, 1_000])(
  '%d hooks at once: all are accepted, and every change lands, in a few commits that change one line a file',
  releaseAtOnce,
  30 * 60_000,
);
