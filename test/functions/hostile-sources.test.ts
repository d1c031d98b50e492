import { expect, test } from 'vitest';
import { sources } from '../../lib/sources/catalog.ts';
import { bombard } from './support/hostile/bombard.ts';
import { senderOf } from './support/hostile/genuine.ts';

test.each(Object.keys(sources))(
  '%s: 300 mutated payloads: no crash, no 5xx, no release that the payload does not name',
  async (type) => {
    const { problems, tally } = await bombard(300, Number(process.env.TEST_SEED), senderOf(type));

    expect(problems).toEqual([]);
    // It is tried at all
    for (const kind of ['webhook 202 signed', 'webhook 401 forged', 'released'])
      expect([kind, tally[kind] ?? 0]).toEqual([kind, expect.toSatisfy((count: number) => count > 10)]);
  },
);
