import { defineConfig } from 'vitest/config';

/** Nothing in these starts a process or changes its own; a server that one starts it ends. */
const pure = ['architecture', 'config', 'http', 'manifests', 'notifiers', 'slack', 'sources'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);
/** They have configurations of their own. */
const elsewhere = ['test/realcluster/**', 'test/packaging/**', 'test/moto/**', 'node_modules/**'];

export default defineConfig({
  test: {
    sequence: { shuffle: true },
    // Most of the time goes into waiting for servers and child processes.
    maxWorkers: 4,
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 60_000,
    hookTimeout: 30_000,
    projects: [
      // A few workers for all of them, instead of one for each file.
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      {
        extends: true,
        test: { name: 'all others', include: ['test/**/*.test.ts'], exclude: [...elsewhere, ...pure] },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['lib/**/*.ts', 'functions/**/*.ts', 'infra/local/**/*.ts'],
      reporter: ['text-summary'],
    },
  },
});
