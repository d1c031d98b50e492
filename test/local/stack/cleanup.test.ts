import { describe, expect, it } from 'vitest';
import { createCleanup } from '../../../infra/local/stack/cleanup.ts';
import { virtualClock } from '../../release/support/virtual-clock.ts';

describe('createCleanup', () => {
  it('runs each once, the last first, whatever one of them does', async () => {
    const order: string[] = [];
    const cleanup = createCleanup();
    cleanup.add(() => void order.push('first'));
    cleanup.add(async () => {
      order.push('second');
      throw new Error('fails');
    });
    cleanup.add(() => void order.push('third'));

    await Promise.all([cleanup.run(), cleanup.run()]);

    expect(order).toEqual(['third', 'second', 'first']);
  });

  it('runs at once what is added when everything is closed', async () => {
    const cleanup = createCleanup();
    await cleanup.run();
    let isClosed = false;

    cleanup.add(() => {
      isClosed = true;
    });
    await cleanup.run();

    expect(isClosed).toBe(true);
  });

  it.each([
    [1, 1_100, 'its own share'],
    // What is left of all time for the second, and the least for each of the others.
    [5, 1_500 + 3 * 20, 'the time for all'],
  ])('leaves behind what does not end: %d of them after %d ms, %s', async (hanging, milliseconds) => {
    const clock = virtualClock();
    const start = clock.now();
    const cleanup = createCleanup(clock);
    let isFirstClosed = false;
    cleanup.add(() => {
      isFirstClosed = true;
    });
    for (let count = 0; count < hanging; count += 1) cleanup.add(() => new Promise(() => {}));

    await clock.run(cleanup.run());

    expect(isFirstClosed).toBe(true);
    expect(clock.now() - start).toBe(milliseconds);
  });
});
