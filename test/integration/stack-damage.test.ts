import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  assertReadable,
  createBareRepository,
} from '../../infra/local/emulators/git-server/create-repository.ts';
import { exampleFiles } from '../../infra/local/stack/example/example.ts';
import { openOrMoveAside } from '../../infra/local/state/recovery.ts';
import { silentLogger } from '../../lib/logger.ts';
import { readText } from './support/answers.ts';
import { damageFile, movedAside, repositoryDamages, restartsDamaged, stateFiles } from './support/damage.ts';
import { temporaryDirectory } from './support/process.ts';
import { startTestStack } from './support/stack.ts';

describe('startStack', () => {
  it('starts where every file of the state was damaged', async () => {
    const stateDirectory = temporaryDirectory();
    await (await startTestStack({ stateDirectory })).close();
    for (const name of stateFiles) damageFile(stateDirectory, name);

    const stack = await startTestStack({ stateDirectory });

    await readText(await fetch(`${stack.url}/healthz`));
  });

  it('starts where files and directories have each other’s names', async () => {
    const stateDirectory = temporaryDirectory();
    for (const name of ['cluster', 'dynamodb', 'git', 'kms', 'registry', 'tls'])
      writeFileSync(path.join(stateDirectory, name), 'x');
    for (const name of ['kubeconfig', 'queues.json', 'secrets.json', 'stack.json', 'log.jsonl'])
      mkdirSync(path.join(stateDirectory, name));

    const stack = await startTestStack({ stateDirectory });

    await readText(await fetch(`${stack.url}/healthz`));
  });

  it.each(repositoryDamages.filter(([name]) => name === 'with a damaged object'))(
    'starts with an example repository %s, and keeps what was left of it',
    (_name, damage) => restartsDamaged(damage),
  );
});

describe('an example repository', () => {
  let directory = '';
  let original = '';
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'tagboat-test-'));
    original = path.join(directory, 'okeydokey.git');
    await createBareRepository(original, { branch: 'config', files: exampleFiles() });
  });

  afterAll(() => rm(directory, { recursive: true }));

  it.each(repositoryDamages)('%s is moved aside, and made anew', async (_name, damage) => {
    const repository = path.join(temporaryDirectory(), 'okeydokey.git');
    cpSync(original, repository, { recursive: true });
    damage(repository);

    await openOrMoveAside(repository, silentLogger, async (directory) => {
      await createBareRepository(directory, { branch: 'config', files: exampleFiles() });
      await assertReadable(directory, 'config');
    });

    expect(readdirSync(path.dirname(repository)).toSorted()).toEqual(movedAside);
  });
});
