import { defineConfig } from 'vitest/config';

/** The tests that want Python's moto as a second opinion on AWS: `vitest run --config vitest.moto.config.ts`. */
export default defineConfig({
  test: { include: ['test/moto/**/*.test.ts'], testTimeout: 30_000, hookTimeout: 60_000 },
});
