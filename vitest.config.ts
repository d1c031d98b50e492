import { defineConfig } from 'vitest/config';
import { createReporter } from './test/support/reporter.ts';
import { LongestFirst } from './test/support/sequencer.ts';

/** They have configurations of their own. */
const elsewhere = [
  'test/realcluster/**',
  'test/realregistry/**',
  'test/packaging/**',
  'test/moto/**',
  '**/*.exhaustive.test.ts',
];

/** Only what hangs takes so long: tests wait for events and conditions, and machines differ. */
export const hangMs = 300_000;

/** The order of the tests within a file and the values that fast-check makes up come from it; a failing test names it. */
const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);

/** What `npm test` and the exhaustive tests have in common. */
export const common = {
  sequence: { shuffle: true, seed, sequencer: LongestFirst },
  env: { TEST_SEED: String(seed) },
  setupFiles: ['test/support/seed.ts'],
  reporters: [createReporter()],
  testTimeout: hangMs,
  hookTimeout: hangMs,
  expect: { poll: { timeout: hangMs } },
  maxWorkers: 2,
};

export default defineConfig({
  test: {
    ...common,
    include: ['test/**/*.test.ts', 'infra/**/*.test.ts'],
    exclude: [...elsewhere, 'node_modules/**'],
    // Nothing patches a module or leaves a trace in its process, so that the files share a few processes and what they
    // import is loaded once in each.
    isolate: false,
    coverage: {
      provider: 'v8',
      include: ['lib/**/*.ts', 'functions/**/*.ts', 'infra/local/**/*.ts'],
      exclude: ['infra/**/test/**'],
      reporter: ['text-summary'],
    },
  },
});
