import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { branch, released, runGit } from './repository.ts';

const who = ['-c', 'user.name=Mona', '-c', 'user.email=mona@example.com'];

const write = async (
  url: string,
  tag: string,
  cloneOptions: readonly string[],
  prepare: readonly (readonly string[])[],
): Promise<void> => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tagboat-git-'));
  try {
    await runGit(['clone', '--quiet', '--depth', '1', '--branch', branch, ...cloneOptions, url, directory]);
    for (const args of prepare) await runGit(['-C', directory, ...args]);
    const file = path.join(directory, released.file);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/(image: example\/\S+):\S+/, `$1:${tag}`));
    await runGit(['-C', directory, ...who, 'commit', '--quiet', '--all', '--message', `Release ${tag}`]);
    await runGit(['-C', directory, 'push', '--quiet', 'origin', branch]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** The way of a script in a pipeline: clone, edit, commit, push. */
export const writeWithGit = (url: string, tag: string): Promise<void> => write(url, tag, [], []);

/** The most that the git CLI can leave out: blobs, but for those of one directory. */
export const writeWithSparseGit = (url: string, tag: string): Promise<void> =>
  write(
    url,
    tag,
    ['--filter=blob:none', '--sparse'],
    [['sparse-checkout', 'set', path.dirname(released.file)]],
  );
