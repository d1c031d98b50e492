import { defineConfig } from 'vitest/config';

/**
 * What `osls package` makes, run as AWS would run it: `vitest run --config vitest.packaging.config.ts`. One file at a time:
 * packaging has a directory that two would share.
 */
export default defineConfig({
  test: {
    include: ['test/packaging/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
