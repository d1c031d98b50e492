import type { Transport } from '../transport.ts';
import type { CredentialsProvider, IssuedCredentials } from './credentials.ts';

/** Credentials are replaced so long before their end, in milliseconds, that a request which has them on it arrives in time. */
const marginMs = 5 * 60_000;

/** Keeps what was issued, in memory only, until shortly before its end. Requests that come at once share one issue. */
export const kept = (issue: (transport: Transport) => Promise<IssuedCredentials>): CredentialsProvider => {
  let current: IssuedCredentials | undefined;
  let underWay: Promise<IssuedCredentials> | undefined;
  const isGood = ({ expires }: IssuedCredentials, now: number): boolean =>
    expires === undefined || expires - marginMs > now;
  return {
    get: async (transport) => {
      if (current !== undefined && isGood(current, transport.now())) return current;
      underWay ??= issue(transport).finally(() => {
        underWay = undefined;
      });
      current = await underWay;
      return current;
    },
    forget: () => {
      current = undefined;
    },
  };
};
