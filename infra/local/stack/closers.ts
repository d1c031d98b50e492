import { type Clock, systemClock } from '../../../lib/clock.ts';

/** What has to be undone, in the opposite order of what was done. */
export type Closers = {
  /** Once everything is being closed, it is run as well. */
  add(close: () => void | Promise<void>): void;
  /** Runs every closer once; one that fails, or takes longer than its share, does not keep the others from running. */
  close(): Promise<void>;
};

/**
 * Milliseconds that one closer may take, and all of them together; what is late then is left behind. Those whose turn comes
 * after that still get the least.
 */
const patience = { one: 1100, all: 1500, least: 20 };

export const createClosers = (clock: Clock = systemClock): Closers => {
  const closers: (() => void | Promise<void>)[] = [];
  let closing: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    const deadline = clock.now() + patience.all;
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
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
      closers.push(close);
      if (closing !== undefined) closing = closing.then(run);
    },
    close: () => {
      closing ??= run();
      return closing;
    },
  };
};
