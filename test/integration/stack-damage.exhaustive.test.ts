import { describe, it } from 'vitest';
import { readText } from './support/answers.ts';
import { damageFile, repositoryDamages, restartsDamaged, stateFiles } from './support/damage.ts';
import { temporaryDirectory } from './support/process.ts';
import { startTestStack } from './support/stack.ts';

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
    (_name, damage) => restartsDamaged(damage),
  );
});
