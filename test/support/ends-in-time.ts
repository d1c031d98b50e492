import { createContext, Script } from 'node:vm';

/** Minutes: reached by what takes exponential time, or quadratic time over a long input, and by no slow machine. */
const hangMs = 240_000;

/**
 * What the function returns; throws where it does not come to an end, in a regular expression for instance. A test's own
 * time-out cannot end what never waits.
 */
export const endsInTime = <T>(run: () => T): T =>
  new Script('run()').runInContext(createContext({ run }), { timeout: hangMs }) as T;
