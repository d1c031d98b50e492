import { expect, it } from 'vitest';
import { startBurst } from './support/burst.ts';
import { releaseAtOnce } from './support/burst-suite.ts';

const apps = 1_000;

it('a hundred hooks at once: every change lands, in a few commits that change one line a file', () =>
  releaseAtOnce(100));

it('a thousand hooks at once: each is accepted or told when to come again, and all are released', async () => {
  const burst = await startBurst(apps);
  try {
    await burst.pushImages('v1.1.0');

    let left: readonly number[] = Array.from({ length: apps }, (_, index) => index);
    // As a person or a Git host would deliver again what was refused.
    for (let round = 0; round < 5 && left.length > 0; round += 1) {
      const answers = await burst.hooks('v1.1.0', left);
      const refused = answers.filter(({ status }) => status !== 202);
      expect(refused.filter(({ status, retryAfter }) => status !== 503 || retryAfter === null)).toEqual([]);
      left = left.filter((_, index) => answers[index]?.status !== 202);
      await burst.stack.idle({ timeoutMs: 1_200_000 });
    }

    expect(left).toEqual([]);
    expect(new Set(await burst.states())).toEqual(new Set(['healthy']));
    expect(await burst.git('fsck', '--strict', '--full')).toBe('');
    expect(await burst.stack.deadLetters()).toEqual({});
  } finally {
    await burst.close();
  }
}, 1_800_000);
