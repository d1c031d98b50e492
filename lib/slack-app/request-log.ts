import { createHash } from 'node:crypto';
import type { RawRequest } from '../http.ts';
import type { Acquired, Lease, Leases } from '../release/record/lease.ts';

/**
 * What became of each request of Slack's, by its id: it is carried out once, however often its message comes, and a replay
 * is known for as long as its signature could still pass. A row lives for a day.
 */
export type RequestLog = {
  /**
   * The right to carry a request out. `done`: it was, and this is the same message again. `replayed`: the very same
   * signed request was received before. `withdrawn`: its sender was told to try again.
   * @throws TagboatError `store-unreachable`
   */
  acquire(
    request: RequestKey,
    leaseMs: number,
  ): Promise<Lease | { readonly type: 'busy' | 'done' | 'replayed' | 'withdrawn' }>;
  /** True once it has been begun, or withdrawn. @throws TagboatError `store-unreachable` */
  isKnown(id: string): Promise<boolean>;
  /** Keeps the worker from carrying it out. False where it has begun. @throws TagboatError `store-unreachable` */
  withdraw(request: RequestKey): Promise<boolean>;
};

/** `at`: when it was received, in milliseconds since 1970. */
export type RequestKey = { readonly id: string; readonly at: number };

/** One id for all that is signed: of the same request, received again, it is the same. */
export const requestIdOf = ({ headers, body }: Pick<RawRequest, 'headers' | 'body'>): string =>
  createHash('sha256')
    .update(`${headers['x-slack-signature']}\n${headers['x-slack-request-timestamp']}\n`)
    .update(body)
    .digest('base64url')
    .slice(0, 32);

/** Longer than a signature may be old, and than anyone asks what became of a command. */
const keptSeconds = 24 * 3600;
const pk = 'commands';

export const createRequestLog = (leases: Leases): RequestLog => {
  const keyOf = ({ id, at }: RequestKey) => ({
    pk,
    sk: id,
    expiresAt: Math.floor(at / 1000) + keptSeconds,
  });
  return {
    acquire: async (request, leaseMs) => {
      const acquired = await leases.acquire(keyOf(request), leaseMs, { receivedAt: request.at });
      if (acquired.type === 'busy' && acquired.state.receivedAt === undefined) return acquired;
      if (acquired.state.withdrawn === true) return { type: 'withdrawn' };
      if (acquired.state.receivedAt === request.at) return acquired;
      await giveBack(acquired);
      return { type: 'replayed' };
    },
    isKnown: async (id) => await leases.exists({ pk, sk: id }),
    withdraw: (request) => leases.cancel(keyOf(request), { withdrawn: true, receivedAt: request.at }),
  };
};

/** The lease belongs to the message of the first request, which may still come again. */
const giveBack = async (acquired: Acquired): Promise<void> => {
  if (acquired.type === 'acquired') await acquired.giveBack(acquired.state);
};
