import { TagboatError } from '../../errors.ts';
import type { DiscoverContext } from './context.ts';

/** Hosts of registries and Git repositories, and which of them are left alone. */
export type Hosts = {
  /**
   * Asks a host something; where it is to be left alone, or answers with an error, that is logged, and the answer is undefined.
   * A host that asks to slow down is left alone for as long as it says, by later invocations too, and one that does not answer for
   * the rest of this one.
   */
  ask<T>(
    host: string,
    fields: Readonly<Record<string, string>>,
    question: () => Promise<T>,
  ): Promise<T | undefined>;
};

const unreachable: ReadonlySet<string> = new Set(['registry-unreachable', 'git-unreachable']);

/** @param quietUntil of earlier invocations, in milliseconds since 1970 */
export const createHosts = (
  quietUntil: ReadonlyMap<string, number>,
  { store, clock, logger }: DiscoverContext,
): Hosts => {
  const quiet = new Map(quietUntil);
  const leaveAlone = async (host: string, error: TagboatError): Promise<void> => {
    if (!unreachable.has(error.code)) return;
    quiet.set(host, Number.POSITIVE_INFINITY);
    if (error.retryAfterSeconds !== undefined)
      await store.looks.keepQuiet(host, clock.now() + error.retryAfterSeconds * 1000);
  };
  return {
    ask: async (host, fields, question) => {
      if ((quiet.get(host) ?? 0) > clock.now()) return undefined;
      try {
        return await question();
      } catch (error) {
        logger.error('tags could not be looked for', { ...fields, host, error });
        if (error instanceof TagboatError) await leaveAlone(host, error);
        return undefined;
      }
    },
  };
};
