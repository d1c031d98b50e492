import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentOf } from '../../../git/support/environment.ts';
import { runCommand } from '../../../git/support/shell.ts';

/** The git command of a user with a name and no other configuration. Answers what it printed; throws with what it said. */
export const git = async (directory: string, ...args: readonly string[]): Promise<string> => {
  const { status, stdout, stderr } = await runCommand({
    command: ['git', ...args],
    cwd: directory,
    env: { ...environmentOf('Ann'), HOME: directory, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' },
  });
  if (status !== 0) throw new Error(`git ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
  return stdout.toString().trimEnd();
};

export type TemporaryDirectory = AsyncDisposable & { readonly path: string };

export const temporaryDirectory = async (): Promise<TemporaryDirectory> => {
  const path = await mkdtemp(join(tmpdir(), 'tagboat-git-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
};
