import { expect, onTestFailed } from 'vitest';
import { fileOf, startBurst } from './burst.ts';

/** So many hooks at once: all are accepted, and every change lands, in a few commits that change one line a file. */
export const releaseAtOnce = async (apps: number): Promise<void> => {
  const burst = await startBurst(apps);
  onTestFailed(() => burst.log.print());
  try {
    await burst.pushImages('v1.1.0');
    const before = await burst.git('rev-parse', 'config');

    const answers = await burst.hooks('v1.1.0');
    await burst.stack.idle({ timeoutMs: 20 * 60_000 });

    expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
    expect(await burst.states()).toEqual(Array.from({ length: apps }, () => 'healthy'));
    expect(await burst.commits()).toBeLessThanOrEqual(1 + Math.max(5, apps / 10));
    expect(await burst.git('diff', '--numstat', before, 'config')).toBe(
      Array.from({ length: apps }, (_, index) => `1\t1\t${fileOf(index)}`).join('\n'),
    );
    expect((await burst.git('grep', '-c', ':v1.1.0"   # <- here', 'config')).split('\n')).toHaveLength(apps);
    expect(await burst.git('fsck', '--strict', '--full')).toBe('');
    expect(await burst.stack.deadLetters()).toEqual({});
  } finally {
    await burst.close();
  }
};

/** Many more hooks at once than there is room for: the others are told when to come again, and do. */
export const releaseInRounds = async (apps: number): Promise<void> => {
  const burst = await startBurst(apps, { requests: { running: 1, waiting: apps / 4 } });
  onTestFailed(() => burst.log.print());
  try {
    await burst.pushImages('v1.1.0');

    let left: readonly number[] = Array.from({ length: apps }, (_, index) => index);
    while (left.length > 0) {
      const answers = await burst.hooks('v1.1.0', left);
      const refused = answers.filter(({ status }) => status !== 202);
      expect(refused.map(({ status, retryAfter }) => [status, retryAfter])).toEqual(
        refused.map(() => [503, '5']),
      );
      // Each round accepts some.
      expect(refused.length).toBeLessThan(left.length);
      left = left.filter((_, index) => answers[index]?.status !== 202);
    }
    await burst.stack.idle();

    expect(new Set(await burst.states())).toEqual(new Set(['healthy']));
    expect(await burst.stack.deadLetters()).toEqual({});
  } finally {
    await burst.close();
  }
};
