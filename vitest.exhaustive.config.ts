import { defineConfig } from 'vitest/config';
import { hangMs } from './vitest.config.ts';

/** What takes too long for every day: `vitest run --config vitest.exhaustive.config.ts`. */
export default defineConfig({
  test: {
    include: ['test/**/*.exhaustive.test.ts'],
    sequence: { shuffle: true },
    isolate: false,
    maxWorkers: 2,
    testTimeout: 2 * hangMs,
    hookTimeout: hangMs,
    expect: { poll: { timeout: hangMs } },
  },
});
