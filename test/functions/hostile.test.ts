import { expect, test } from 'vitest';
import { bombard } from './support/hostile/bombard.ts';

test('3,000 mutated hooks and Slack requests: no crash, no 5xx, no secret and no control character in the log', async () => {
  const { problems, tally } = await bombard(3_000, Number(process.env.TEST_SEED));

  expect(problems).toEqual([]);
  // Of each kind so many that it is known to be tried
  for (const kind of [
    'webhook 202 signed',
    'webhook 422 signed',
    'webhook 401 forged',
    'slack 200 signed',
    'slack 401 forged',
  ])
    expect([kind, tally[kind] ?? 0]).toEqual([kind, expect.toSatisfy((count: number) => count > 30)]);
});
