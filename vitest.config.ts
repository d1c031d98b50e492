import { defineConfig } from 'vitest/config';

/** They have configurations of their own. */
const elsewhere = ['test/realcluster/**', 'test/packaging/**', 'test/moto/**', '**/*.exhaustive.test.ts'];

/** Only what hangs takes so long: tests wait for events and conditions, and machines differ. */
export const hangMs = 300_000;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...elsewhere, 'node_modules/**'],
    sequence: { shuffle: true },
    // Nothing patches a module or leaves a trace in its process, so that the files share a few processes and what they
    // import is loaded once in each.
    isolate: false,
    maxWorkers: 2,
    testTimeout: hangMs,
    hookTimeout: hangMs,
    expect: { poll: { timeout: hangMs } },
    coverage: {
      provider: 'v8',
      include: ['lib/**/*.ts', 'functions/**/*.ts', 'infra/local/**/*.ts'],
      reporter: ['text-summary'],
    },
  },
});
