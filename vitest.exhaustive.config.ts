import { defineConfig } from 'vitest/config';
import { common, hangMs } from './vitest.config.ts';

/** What takes too long for every day: `vitest run --config vitest.exhaustive.config.ts`. */
export default defineConfig({
  test: {
    ...common,
    include: ['test/**/*.exhaustive.test.ts', 'infra/**/*.exhaustive.test.ts'],
    testTimeout: 4 * hangMs,
    isolate: false,
  },
});
