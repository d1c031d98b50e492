import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasKubectl, unlessInstalled } from './kubectl.ts';
import { messageOf, rules, sample } from './made-up.ts';
import { openStage } from './stage.ts';

/** How many made-up states of each kind in which one is done: each needs a kubectl of its own. */
const made = 8;

describe.skipIf(!hasKubectl).concurrent(`kubectl’s rules and ours, done${unlessInstalled}`, () => {
  let stage: Awaited<ReturnType<typeof openStage>>;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => {
    await stage.close();
  });

  describe.each(rules)('$kind', ({ kind }) => {
    it.each(sample(kind, 'done', made).map((version) => ({ version, message: messageOf(version) })))(
      'are done alike: $message',
      async ({ version, message }) => {
        expect(await stage.play(kind, [version])).toMatchObject({ code: 0, lines: [message] });
      },
    );
  });
});
