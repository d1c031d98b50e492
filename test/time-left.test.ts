import { describe, expect, it } from 'vitest';
import { createTimeLeft } from '../lib/time-left.ts';
import { manualClock } from './support/manual-clock.ts';

describe('the time a call to AWS may take', () => {
  it('lets three attempts fit into what the invocation has left, less what the answer takes', () => {
    const clock = manualClock();
    const timeLeft = createTimeLeft(clock);
    timeLeft.begin(9_500);
    expect(timeLeft.forCall().requestTimeout).toBe(3_000);

    clock.advance(6_000);
    expect(timeLeft.forCall().requestTimeout).toBe(1_000);
  });

  it('gives a connection up that died while the function was frozen, however long it runs', () => {
    const timeLeft = createTimeLeft(manualClock());
    timeLeft.begin(900_000);

    expect(timeLeft.forCall().requestTimeout).toBe(10_000);
  });

  it('is all that is left for one attempt on the local stack', () => {
    const timeLeft = createTimeLeft(manualClock(), { patient: true });
    timeLeft.begin(60_500);

    expect(timeLeft.forCall().requestTimeout).toBe(60_000);
  });

  it('is short towards the end, and never outlasts it', () => {
    const clock = manualClock();
    const timeLeft = createTimeLeft(clock);
    timeLeft.begin(1_000);
    clock.advance(700);
    expect(timeLeft.forCall().requestTimeout).toBe(200);
    clock.advance(200);
    expect(timeLeft.forCall().requestTimeout).toBe(100);

    clock.advance(5_000);

    expect(timeLeft.forCall().requestTimeout).toBe(1);
  });

  it('can be a share, so that what comes after it has some left', () => {
    const timeLeft = createTimeLeft(manualClock(), { patient: true });
    timeLeft.begin(9_500);

    expect(timeLeft.forCall({ share: 0.5 }).requestTimeout).toBe(4_500);
  });

  it('is that of the invocation under way, whatever the clock said before', () => {
    const clock = manualClock();
    const timeLeft = createTimeLeft(clock);
    timeLeft.begin(60_000);
    timeLeft.begin(6_500);

    expect(timeLeft.forCall().requestTimeout).toBe(2_000);
  });

  it('counts the invocation that ends last, where several share a process', () => {
    const timeLeft = createTimeLeft(manualClock(), { patient: true });
    timeLeft.begin(30_500);
    timeLeft.begin(10_500);

    expect(timeLeft.forCall().requestTimeout).toBe(30_000);
  });

  it('ends with the signal of the caller', () => {
    const stop = new AbortController();
    const { abortSignal } = createTimeLeft(manualClock()).forCall({ signal: stop.signal });
    expect(abortSignal.aborted).toBe(false);

    stop.abort();

    expect(abortSignal.aborted).toBe(true);
  });
});
