import fc from 'fast-check';
import { afterEach, expect } from 'vitest';
import { logScanner } from './scanned-log.ts';

// One seed for a whole run: the order of the tests and what fast-check makes up both come from it.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.TEST_SEED) });

afterEach(() => {
  expect(logScanner.take(), 'what the log of this test must not have').toEqual([]);
});
