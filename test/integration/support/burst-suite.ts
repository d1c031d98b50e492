import { expect } from 'vitest';
import { fileOf, startBurst } from './burst.ts';

/** So many hooks at once: all are accepted, and every change lands, in a few commits that change one line a file. */
export const releaseAtOnce = async (apps: number): Promise<void> => {
  const burst = await startBurst(apps);
  try {
    await burst.pushImages('v1.1.0');
    const before = await burst.git('rev-parse', 'config');

    const answers = await burst.hooks('v1.1.0');
    await burst.stack.idle();

    expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
    expect(await burst.states()).toEqual(Array.from({ length: apps }, () => 'healthy'));
    expect(await burst.commits()).toBeLessThanOrEqual(1 + 10);
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
