import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { temporaryDirectory } from './process.ts';
import { ended, sendHook, startExample, tagPush } from './stack.ts';

export const git = (repository: string, ...args: readonly string[]): string =>
  execFileSync('git', ['--git-dir', repository, ...args], { encoding: 'utf8', stdio: 'pipe' });

/** What a stack reads at its start, and can do without. */
export const stateFiles = [
  'stack.json',
  'secrets.json',
  'kubeconfig',
  'kms/keys.json',
  'dynamodb/CURRENT',
  'queues.json',
  'log.jsonl',
  'tls/key.pem',
  'tls/certificate.pem',
] as const;

export const damageFile = (stateDirectory: string, name: string): void =>
  writeFileSync(path.join(stateDirectory, name), '\u0000damaged');

/** Overwrites the object of a file in the branch. */
const damageBlob = (repository: string): void => {
  // A small push may arrive, and the first commit does, as a pack.
  git(repository, 'repack', '-ad', '--quiet');
  for (const name of readdirSync(path.join(repository, 'objects/pack'))) {
    if (!name.endsWith('.pack')) continue;
    const file = path.join(repository, 'objects/pack', name);
    chmodSync(file, 0o600);
    const bytes = readFileSync(file);
    bytes.fill(0, 40, bytes.length - 40);
    writeFileSync(file, bytes);
  }
};

/** What may have become of the example's repository. */
export const repositoryDamages: readonly (readonly [string, (repository: string) => void])[] = [
  ['without its branch', (repository) => void git(repository, 'update-ref', '-d', 'refs/heads/config')],
  ['with an empty ref', (repository) => writeFileSync(path.join(repository, 'refs/heads/config'), '')],
  ['without objects', (repository) => rmSync(path.join(repository, 'objects'), { recursive: true })],
  ['with a damaged object', damageBlob],
  [
    'that is a file',
    (repository) => {
      rmSync(repository, { recursive: true });
      writeFileSync(repository, 'x');
    },
  ],
];

/** What a directory of repositories holds once one of them was moved aside and made anew. */
export const movedAside = ['okeydokey.git', expect.stringMatching(/^okeydokey\.git\.damaged-\d+$/)];

/** Starts the example on a stack whose repository was damaged while it was down: it is made anew, and a release works. */
export const restartsDamaged = async (damage: (repository: string) => void): Promise<void> => {
  const stateDirectory = temporaryDirectory();
  const first = await startExample({ stateDirectory });
  await first.stack.close();
  damage(first.target.configRepo);

  const { stack, target, next } = await startExample({ stateDirectory });
  const release = await ended(stack, await sendHook(stack, tagPush(next)));

  expect(release.state).toBe('healthy');
  expect(readdirSync(path.dirname(target.configRepo)).toSorted()).toEqual(movedAside);
};
