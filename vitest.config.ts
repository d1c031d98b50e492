import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/realcluster/**', 'test/packaging/**', 'test/moto/**', 'node_modules/**'],
    sequence: { shuffle: true },
    // Most of the time goes into waiting for servers and child processes.
    maxWorkers: 4,
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 60_000,
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['lib/**/*.ts', 'functions/**/*.ts', 'infra/local/**/*.ts'],
      reporter: ['text-summary'],
    },
  },
});
