import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Table } from '../../store/table.ts';

/** A request of Slack's as it was signed, kept until it is carried out. Whether it is genuine, its reader finds out. */
export type SignedRequest = {
  readonly endpoint: 'commands' | 'interactions';
  /** The form, as it came. */
  readonly body: string;
  readonly signature: string;
  /** Seconds since 1970, as the header said it. */
  readonly timestamp: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
};

/**
 * Requests that were answered before they were carried out, and the memory that makes a replayed one known. A row lives
 * for a day; what came is dropped from it once it is carried out.
 */
export type Inbox = {
  /**
   * @param state `done` where nothing is left to carry out: only the memory of it is kept
   * @returns `replayed` where the very same request came before
   */
  receive(request: SignedRequest, state?: 'open' | 'done'): Promise<'new' | 'replayed'>;
  /** Takes the right to carry it out. `done`: it was. `busy`: somebody is at it. */
  take(request: SignedRequest, leaseMs: number): Promise<Taken | 'done' | 'busy'>;
  finish(request: SignedRequest): Promise<void>;
  /** What came before that time and is not carried out, though nobody is at it. */
  overdue(before: number): Promise<readonly SignedRequest[]>;
};

/** The right to carry a request out. */
export type Taken = {
  /** For the next one, where it could not be carried out. */
  giveBack(): Promise<void>;
};

/**
 * One request, one id. Of all that was signed, and not of the signature alone: what is recorded unverified may carry
 * somebody else's, and must not pass for the genuine one.
 */
export const requestId = ({ signature, timestamp, body }: SignedRequest): string =>
  createHash('sha256').update(`${signature}\n${timestamp}\n${body}`).digest('base64url').slice(0, 32);

/** Longer than a signature may be old, and than anybody asks for what became of a command. */
const keptSeconds = 24 * 3600;
const pk = 'commands';

export const createInbox = ({
  table,
  clock,
  newId,
}: {
  readonly table: Table;
  readonly clock: Clock;
  readonly newId: () => string;
}): Inbox => {
  const rowOf = (request: SignedRequest) => ({
    pk,
    sk: requestId(request),
    expiresAt: Math.floor(request.receivedAt / 1000) + keptSeconds,
  });
  return {
    receive: async (request, state = 'open') => {
      const row = rowOf(request);
      const writer = newId();
      const content = state === 'done' ? { done: true } : { ...request, leaseUntil: 0 };
      if (await table.put({ ...row, ...content, writer }, 'absent')) return 'new';
      // Our own write, whose answer got lost on the way: the SDK tried again, and met itself.
      return (await table.get(row.pk, row.sk))?.writer === writer ? 'new' : 'replayed';
    },

    take: async (request, leaseMs) => {
      const row = rowOf(request);
      const now = clock.now();
      const writer = newId();
      const open = { ...row, ...request, writer };
      const taken = { ...open, leaseUntil: now + leaseMs };
      const right: Taken = {
        giveBack: async () => {
          await table.put({ ...open, leaseUntil: 0 }, { attribute: 'writer', value: writer });
        },
      };
      // The queue may have it although the table did not answer then.
      if (await table.put(taken, 'absent')) return right;
      const known = await table.get(row.pk, row.sk);
      if (known?.writer === writer) return right;
      if (known?.done === true) return 'done';
      const lease = Number(known?.leaseUntil ?? 0);
      if (lease > now) return 'busy';
      if (await table.put(taken, { attribute: 'leaseUntil', value: lease })) return right;
      return (await table.get(row.pk, row.sk))?.writer === writer ? right : 'busy';
    },

    finish: async (request) => {
      await table.put({ ...rowOf(request), done: true });
    },

    overdue: async (before) =>
      (await table.query(pk, '')).flatMap((item) =>
        item.done !== true && Number(item.leaseUntil) < before && Number(item.receivedAt) < before
          ? [
              {
                endpoint: item.endpoint === 'interactions' ? 'interactions' : 'commands',
                body: String(item.body),
                signature: String(item.signature),
                timestamp: String(item.timestamp),
                receivedAt: Number(item.receivedAt),
              } as const,
            ]
          : [],
      ),
  };
};
