import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readText } from './support/answers.ts';
import { damageFile, repositoryDamages, stateFiles } from './support/damage.ts';
import { temporaryDirectory } from './support/process.ts';
import { ended, sendHook, startExample, startTestStack, tagPush } from './support/stack.ts';

describe('startStack', () => {
  it.each(stateFiles)('starts where %s was damaged', async (name) => {
    const stateDirectory = temporaryDirectory();
    await (await startTestStack({ stateDirectory })).close();
    damageFile(stateDirectory, name);

    const stack = await startTestStack({ stateDirectory });

    await readText(await fetch(`${stack.url}/healthz`));
  });

  it.each(repositoryDamages)(
    'starts with an example repository %s, and keeps what was left of it',
    async (_name, damage) => {
      const stateDirectory = temporaryDirectory();
      const first = await startExample({ stateDirectory });
      await first.stack.close();
      damage(first.target.configRepo);

      const { stack, target, next } = await startExample({ stateDirectory });
      const release = await ended(stack, await sendHook(stack, tagPush(next)));

      expect(release.state).toBe('healthy');
      expect(readdirSync(path.dirname(target.configRepo)).toSorted()).toEqual([
        'okeydokey.git',
        expect.stringMatching(/^okeydokey\.git\.damaged-\d+$/),
      ]);
    },
  );
});
