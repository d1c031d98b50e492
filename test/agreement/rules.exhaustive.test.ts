import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasKubectl, unlessInstalled } from './kubectl.ts';
import { messageOf, rules, sample } from './made-up.ts';
import { startScriptedApi } from './scripted-api.ts';

/** How many made-up states of each kind in which one is done: each needs a kubectl of its own. */
const made = 8;

describe.skipIf(!hasKubectl).concurrent(`kubectl’s rules and ours, done${unlessInstalled}`, () => {
  let scripted: Awaited<ReturnType<typeof startScriptedApi>>;
  beforeAll(async () => {
    scripted = await startScriptedApi();
  });
  afterAll(async () => {
    await scripted.close();
  });

  describe.each(rules)('$kind', ({ kind }) => {
    it.each(sample(kind, 'done', made).map((version) => ({ version, message: messageOf(version) })))(
      'are done alike: $message',
      async ({ version, message }) => {
        expect(await scripted.run(kind, [version])).toMatchObject({ code: 0, lines: [message] });
      },
    );
  });
});
