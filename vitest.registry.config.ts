import { defineConfig } from 'vitest/config';
import { hangMs } from './vitest.config.ts';

/** The tests that want Debian's docker-registry and skopeo: `vitest run --config vitest.registry.config.ts`. */
export default defineConfig({
  test: {
    include: ['test/realregistry/**/*.test.ts'],
    testTimeout: hangMs,
    hookTimeout: hangMs,
    expect: { poll: { timeout: hangMs } },
  },
});
