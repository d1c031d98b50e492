import { defineConfig } from 'vitest/config';

/** Scenarios on the cluster that $KUBECONFIG names, with kubectl as the judge; see test/realcluster/README.md. */
export default defineConfig({
  test: {
    include: ['test/realcluster/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxConcurrency: 6,
    // A cluster that others use, or that shares two cores with its tests, may look at a pod a moment too late.
    retry: 1,
  },
});
