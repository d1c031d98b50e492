import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What a queue is declared to be, and how it misbehaves. */
export type QueueOptions = {
  readonly isFifo: boolean;
  readonly visibilityMs: number;
  readonly maxReceives: number;
  readonly batchSize: number;
  /** Invocations of its reader at the same time. */
  readonly concurrency: number;
  /** How often, of once, a message is delivered again, although it is being handled or was. */
  readonly duplication: number;
  /** How often, of once, a message is late, by up to so many milliseconds. */
  readonly lateness: number;
  readonly lateMs: number;
};

export type Held = {
  readonly id: number;
  readonly body: string;
  readonly group: string | undefined;
  /** How often it was received. */
  receives: number;
};

export type QueueSendOptions = {
  readonly group?: string;
  readonly deduplication?: string;
  readonly delaySeconds?: number;
};

/** Reads a batch. @returns the ids of the messages that were not handled */
export type Reader = (batch: readonly Held[]) => Promise<ReadonlySet<number>>;

export type SimulatedQueue = {
  send(body: string, options?: QueueSendOptions): void;
  /** Messages that are not handled, and not given up. */
  waiting(): number;
  /** The bodies of those that were given up. */
  dead(): readonly string[];
};

const dedupMs = 300_000;

/**
 * SQS as its documentation has it: at least once, in any order, and again after the visibility timeout; or, where it is FIFO, in
 * order and one batch at a time for each group.
 */
export const simulateQueue = (
  options: QueueOptions,
  time: VirtualTime,
  random: Random,
  read: Reader,
): SimulatedQueue => {
  const { isFifo, visibilityMs, maxReceives, batchSize, concurrency } = options;
  const ready: Held[] = [];
  const busy = new Set<string>();
  const sent = new Map<string, number>();
  const dead: string[] = [];
  let ids = 0;
  let running = 0;
  let waiting = 0;

  const appear = (message: Held): void => {
    ready.push(message);
    if (isFifo) ready.sort((a, b) => a.id - b.id);
    pump();
  };

  const takeAny = (): readonly Held[] => {
    const batch: Held[] = [];
    while (ready.length > 0 && batch.length < batchSize)
      batch.push(...ready.splice(random.integer(0, ready.length - 1), 1));
    return batch;
  };
  const takeGroup = (): readonly Held[] => {
    const group = ready.find((message) => !busy.has(String(message.group)))?.group;
    if (group === undefined) return [];
    const batch = ready.filter((message) => message.group === group).slice(0, batchSize);
    for (const message of batch) ready.splice(ready.indexOf(message), 1);
    busy.add(group);
    return batch;
  };

  const giveUp = (message: Held): void => {
    waiting -= 1;
    dead.push(message.body);
  };

  const deliver = async (taken: readonly Held[]): Promise<void> => {
    const receivedAt = time.now();
    for (const message of taken) message.receives += 1;
    const batch = taken.filter(({ receives }) => receives <= maxReceives);
    for (const message of taken) if (message.receives > maxReceives) giveUp(message);
    if (!isFifo)
      for (const message of batch)
        if (message.receives === 1 && random.chance(options.duplication)) {
          waiting += 1;
          time.after(random.integer(0, 60_000), () => appear({ ...message }));
        }
    const failed = batch.length === 0 ? new Set<number>() : await read(batch);
    running -= 1;
    const back = batch.filter(({ id }) => failed.has(id));
    waiting -= batch.length - back.length;
    const release = (): void => {
      busy.delete(String(taken[0]?.group));
      for (const message of back) appear(message);
      pump();
    };
    if (back.length === 0) release();
    else {
      time.after(receivedAt + visibilityMs - time.now(), release);
      pump();
    }
  };

  const pump = (): void => {
    while (running < concurrency) {
      const taken = isFifo ? takeGroup() : takeAny();
      if (taken.length === 0) return;
      running += 1;
      void deliver(taken);
    }
  };

  const lagMs = (): number => {
    if (isFifo) return 100;
    return random.chance(options.lateness) ? random.integer(0, options.lateMs) : random.integer(0, 1_500);
  };

  return {
    send: (body, { group, deduplication, delaySeconds = 0 } = {}) => {
      if (deduplication !== undefined) {
        if (time.now() < (sent.get(deduplication) ?? 0) + dedupMs) return;
        sent.set(deduplication, time.now());
      }
      waiting += 1;
      const message: Held = { id: ++ids, body, group, receives: 0 };
      time.after(Math.round(delaySeconds) * 1000 + lagMs(), () => appear(message));
    },
    waiting: () => waiting,
    dead: () => dead,
  };
};
