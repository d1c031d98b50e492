import { defineConfig } from 'vitest/config';

/** Scenarios on the cluster that $KUBECONFIG names, with kubectl as the judge; see test/realcluster/README.md. */
export default defineConfig({
  test: {
    include: ['test/realcluster/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxConcurrency: 6,
  },
});
