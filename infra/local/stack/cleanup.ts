import { type Clock, systemClock } from '../../../lib/clock.ts';

/** What is to be closed when the stack ends, in the opposite order of what was opened. */
export type Cleanup = {
  /** Once everything is being closed, it is run as well. */
  add(close: () => void | Promise<void>): void;
  /** Runs each once; one that fails, or takes longer than its share, does not keep the others from running. */
  run(): Promise<void>;
};

/**
 * Milliseconds that each may take, and all of them together; what is late then is left behind. Those whose turn comes
 * after that still get the least.
 */
const patience = { one: 1100, all: 1500, least: 20 };

export const createCleanup = (clock: Clock = systemClock): Cleanup => {
  const pending: (() => void | Promise<void>)[] = [];
  let running: Promise<void> | undefined;
  const runPending = async (): Promise<void> => {
    const deadline = clock.now() + patience.all;
    for (let close = pending.pop(); close !== undefined; close = pending.pop()) {
      const timer = new AbortController();
      const share = Math.max(patience.least, Math.min(patience.one, deadline - clock.now()));
      await Promise.race([
        (async () => close())().catch(() => {}),
        clock.sleep(share, timer.signal).catch(() => {}),
      ]);
      timer.abort();
    }
  };
  return {
    add: (close) => {
      pending.push(close);
      if (running !== undefined) running = running.then(runPending);
    },
    run: () => {
      running ??= runPending();
      return running;
    },
  };
};
