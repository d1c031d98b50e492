import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Reads a bare repository of this machine with Git's own command, which the local Git server needs anyway. */
const git = async (repository: string, ...args: readonly string[]): Promise<string> => {
  const { stdout } = await run('git', ['--git-dir', repository, ...args], {
    maxBuffer: 16 * 1024 * 1024,
    env: { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' },
  });
  return stdout;
};

/** A file at the tip of a branch. */
export const readFileAt = (repository: string, branch: string, file: string): Promise<string> =>
  git(repository, 'show', `${branch}:${file}`);

/** Paths at the tip of a branch. */
export const listFiles = async (repository: string, branch: string): Promise<readonly string[]> =>
  (await git(repository, 'ls-tree', '-r', '--name-only', '-z', branch))
    .split('\0')
    .filter((name) => name !== '');

export type CommitText = { readonly subject: string; readonly trailers: string; readonly diff: string };

/** A commit as a person wants to see it. */
export const describeCommit = async (repository: string, commit: string): Promise<CommitText> => {
  const [subject = '', trailers = ''] = (
    await git(repository, 'show', '--no-patch', '--format=%s%x00%(trailers:only,unfold)', commit)
  ).split('\0');
  const diff = await git(
    repository,
    'show',
    '--no-color',
    '--no-ext-diff',
    '--unified=1',
    '--format=',
    commit,
  );
  return { subject, trailers: trailers.trim(), diff };
};
