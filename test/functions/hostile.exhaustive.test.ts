import { expect, test } from 'vitest';
import { bombard } from './support/hostile/bombard.ts';

test('100,000 mutated hooks and Slack requests: no crash, no 5xx, no secret and no control character in the log', async () => {
  const { problems, tally } = await bombard(100_000, Number(process.env.TEST_SEED));

  expect(problems).toEqual([]);
  expect(Object.values(tally).reduce((sum, count) => sum + count)).toBe(100_000);
});
