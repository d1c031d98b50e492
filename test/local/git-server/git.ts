import { mkdtemp, rm } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../git/support/shell.ts';

/** The git command of a user with a name and no other configuration. Answers what it printed; throws with what it said. */
export const git = async (directory: string, ...args: readonly string[]): Promise<string> => {
  const { status, stdout, stderr } = await runCommand({
    command: ['git', ...args],
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: devNull,
      GIT_TERMINAL_PROMPT: '0',
      // Clones, fetches and commits would each start a process to see whether there is something to tidy up
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'maintenance.auto',
      GIT_CONFIG_VALUE_0: 'false',
      GIT_AUTHOR_NAME: 'Ann',
      GIT_AUTHOR_EMAIL: 'ann@example.com',
      GIT_COMMITTER_NAME: 'Ann',
      GIT_COMMITTER_EMAIL: 'ann@example.com',
    },
  });
  if (status !== 0) throw new Error(`git ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
  return stdout.toString().trimEnd();
};

export type TemporaryDirectory = AsyncDisposable & { readonly path: string };

export const temporaryDirectory = async (): Promise<TemporaryDirectory> => {
  const path = await mkdtemp(join(tmpdir(), 'tagboat-git-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
};
