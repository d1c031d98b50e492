import type { SignedRequest } from '../release/record/request-store.ts';
import type { Turn } from './deadline.ts';
import type { Desk } from './slack-context.ts';

/** How a request is being put on record. None of these rejects. */
export type OnRecord = {
  /** `failed`: the table did not take it. */
  readonly inTable: Promise<'new' | 'replayed' | 'failed'>;
  /** Whether the queue took it. */
  readonly inQueue: Promise<boolean>;
  /** As soon as one of them has it; `lost` where neither takes it. */
  readonly kept: Promise<'new' | 'replayed' | 'queued' | 'lost'>;
};

/**
 * Puts a request where it outlives this invocation: in the table, and in the queue, whose message is what brings the worker
 * soon. The table goes first, since it knows a request that was there before; the queue waits for it, but not for long.
 * @param delaySeconds when the worker shall look
 */
export const putOnRecord = (
  request: SignedRequest,
  delaySeconds: number,
  turn: Turn,
  desk: Desk,
): OnRecord => {
  const inTable = desk.inbox.receive(request).catch((error: unknown) => {
    desk.logger.warn('the table did not take a command', { error });
    return 'failed' as const;
  });
  const send = async (): Promise<boolean> => {
    if ((await turn.shortly(inTable)) === 'replayed' || turn.isOver()) return false;
    try {
      await desk.jobs.carryOut(request, delaySeconds);
      return true;
    } catch (error) {
      desk.logger.warn('the queue did not take a command', { error });
      return false;
    }
  };
  const inQueue = send();
  const kept = Promise.any([
    inTable.then((outcome) => (outcome === 'failed' ? Promise.reject(outcome) : outcome)),
    inQueue.then((isSent) => (isSent ? ('queued' as const) : Promise.reject('failed'))),
  ]).catch(() => 'lost' as const);
  return { inTable, inQueue, kept };
};
