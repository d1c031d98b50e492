import { expect, test } from 'vitest';
import { sources } from '../../lib/sources/catalog.ts';
import { bombard } from './support/hostile/bombard.ts';
import { senderOf } from './support/hostile/genuine.ts';

test('100,000 mutated hooks and Slack requests: no crash, no 5xx, no secret and no control character in the log', async () => {
  const { problems, tally } = await bombard(100_000, Number(process.env.TEST_SEED));

  expect(problems).toEqual([]);
  expect(
    Object.entries(tally).reduce((sum, [key, count]) => (key === 'released' ? sum : sum + count), 0),
  ).toBe(100_000);
});

test.each(Object.keys(sources))(
  '%s: 20,000 mutated payloads: no crash, no 5xx, no release that the payload does not name',
  async (type) => {
    const { problems } = await bombard(20_000, Number(process.env.TEST_SEED), senderOf(type));

    expect(problems).toEqual([]);
  },
);
