import { describe, expect, it } from 'vitest';
import { createClosers } from '../../../infra/local/stack/closers.ts';
import { virtualClock } from '../../release/support/virtual-clock.ts';

describe('createClosers', () => {
  it('runs each once, the last first, whatever one of them does', async () => {
    const order: string[] = [];
    const closers = createClosers();
    closers.add(() => void order.push('first'));
    closers.add(async () => {
      order.push('second');
      throw new Error('fails');
    });
    closers.add(() => void order.push('third'));

    await Promise.all([closers.close(), closers.close()]);

    expect(order).toEqual(['third', 'second', 'first']);
  });

  it('runs at once what is added when everything is closed', async () => {
    const closers = createClosers();
    await closers.close();
    let isClosed = false;

    closers.add(() => {
      isClosed = true;
    });
    await closers.close();

    expect(isClosed).toBe(true);
  });

  it.each([
    [1, 1_100, 'its own share'],
    // What is left of all time for the second, and the least for each of the others.
    [5, 1_500 + 3 * 20, 'the time for all'],
  ])('leaves behind what does not end: %d of them after %d ms, %s', async (hanging, milliseconds) => {
    const clock = virtualClock();
    const start = clock.now();
    const closers = createClosers(clock);
    let isFirstClosed = false;
    closers.add(() => {
      isFirstClosed = true;
    });
    for (let count = 0; count < hanging; count += 1) closers.add(() => new Promise(() => {}));

    await clock.run(closers.close());

    expect(isFirstClosed).toBe(true);
    expect(clock.now() - start).toBe(milliseconds);
  });
});
