import { git } from '../emulators/git-server/git.ts';

/** Reads a bare repository of this machine with Git's own command, which the local Git server needs anyway. */
const read = (repository: string, ...args: readonly string[]): Promise<string> =>
  git(['--git-dir', repository, ...args]);

/** A file at the tip of a branch. */
export const readFileAt = (repository: string, branch: string, file: string): Promise<string> =>
  read(repository, 'show', `${branch}:${file}`);

/** Paths at the tip of a branch. */
export const listFiles = async (repository: string, branch: string): Promise<readonly string[]> =>
  (await read(repository, 'ls-tree', '-r', '--name-only', '-z', branch))
    .split('\0')
    .filter((name) => name !== '');

/** A commit as a person wants to see it. */
export const describeCommit = async (repository: string, commit: string) => {
  const subject = await read(repository, 'show', '--no-patch', '--format=%s', commit);
  const shown = ['show', '--no-color', '--no-ext-diff', '--unified=1', '--format=', commit];
  return { subject: subject.trimEnd(), diff: await read(repository, ...shown) };
};
