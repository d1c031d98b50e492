import { defineConfig } from 'vitest/config';

/** The tests that want Debian's docker-registry and skopeo: `vitest run --config vitest.registry.config.ts`. */
export default defineConfig({
  test: { include: ['test/realregistry/**/*.test.ts'], testTimeout: 180_000, hookTimeout: 60_000 },
});
