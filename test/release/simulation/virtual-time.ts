import type { Clock } from '../../../lib/clock.ts';

export type VirtualTime = Clock & {
  /** Has something done when so many milliseconds have gone by. */
  after(milliseconds: number, act: () => void): void;
  /** Lets time go by, from one act to the next, until there is nothing to do, or `isOver` says so. */
  run(isOver: () => boolean): Promise<void>;
};

type Timer = { readonly at: number; readonly order: number; readonly act: () => void };

const isBefore = (one: Timer, other: Timer): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

/** A binary heap, the earliest first. */
const createAgenda = () => {
  const heap: Timer[] = [];
  const swap = (one: number, other: number): void => {
    const [a, b] = [heap[one], heap[other]];
    if (a === undefined || b === undefined) return;
    heap[one] = b;
    heap[other] = a;
  };
  const precedes = (one: number, other: number): boolean => {
    const [a, b] = [heap[one], heap[other]];
    return a !== undefined && b !== undefined && isBefore(a, b);
  };
  return {
    add: (timer: Timer): void => {
      heap.push(timer);
      for (let at = heap.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1;
        if (!precedes(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    take: (): Timer | undefined => {
      const first = heap[0];
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return first;
      heap[0] = last;
      for (let at = 0; ; ) {
        const left = 2 * at + 1;
        const child = precedes(left + 1, left) ? left + 1 : left;
        if (!precedes(child, at)) return first;
        swap(at, child);
        at = child;
      }
    },
  };
};

/** Everything that is ready to go on does so before this resolves. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Time for many processes that run beside each other: it stands while one of them can go on. */
export const virtualTime = (start = Date.parse('2026-11-23T12:00:00Z')): VirtualTime => {
  const agenda = createAgenda();
  let now = start;
  let order = 0;
  const after: VirtualTime['after'] = (milliseconds, act) =>
    agenda.add({ at: now + Math.max(0, Math.ceil(milliseconds)), order: order++, act });
  return {
    now: () => now,
    after,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason));
        after(milliseconds, resolve);
      }),
    run: async (isOver) => {
      await quiet();
      while (!isOver()) {
        const next = agenda.take();
        if (next === undefined) return;
        now = next.at;
        next.act();
        await quiet();
      }
    },
  };
};
