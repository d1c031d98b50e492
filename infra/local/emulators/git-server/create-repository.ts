import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TagboatError } from '../../../../lib/errors.ts';
import { stateUnusable } from '../../state/unusable.ts';
import { git } from './git.ts';

type Author = { readonly name: string; readonly email: string };

export type NewRepository = {
  readonly branch: string;
  /** Path → content. */
  readonly files: Readonly<Record<string, string>>;
  readonly author?: Author | undefined;
  readonly message?: string | undefined;
  /** Of the one commit; always the same where absent, so that the commit's id is the same on every machine. */
  readonly date?: Date | undefined;
};

const defaultAuthor: Author = { name: 'Tagboat', email: 'tagboat@example.com' };
const defaultDate = new Date('2017-10-01T12:00:00Z');

/**
 * Makes a bare repository with one commit at `directory`. It appears there complete or not at all; one that is there
 * already stays as it is.
 */
export const createBareRepository = async (directory: string, repository: NewRepository): Promise<void> => {
  if (existsSync(directory)) return;
  await mkdir(dirname(directory), { recursive: true });
  const building = `${directory}.${randomUUID()}.new`;
  try {
    await writeEmptyRepository(building, repository.branch);
    await git(
      ['--git-dir', building, 'fast-import', '--quiet', '--date-format=raw'],
      importStream(repository),
    );
    await rename(building, directory);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    throw error;
  }
};

/**
 * Looks whether a branch of a bare repository can be read: its commit, its tree, and every object that is there.
 * @throws TagboatError `local-state-damaged`, `local-state-unusable`
 */
export const assertReadable = async (directory: string, branch: string): Promise<void> => {
  for (const args of [
    ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{tree}`],
    ['fsck', '--no-dangling', '--no-progress', `refs/heads/${branch}`],
  ]) {
    try {
      await git(['--git-dir', directory, ...args]);
    } catch (cause) {
      throw (
        stateUnusable(cause, directory) ??
        new TagboatError('local-state-damaged', `the branch ${branch} of ${directory} cannot be read`, {
          cause,
        })
      );
    }
  }
};

/**
 * What `git init --bare` writes, without a process, and with SHA-1 objects whatever the default of that Git is.
 * https://git-scm.com/docs/gitrepository-layout
 */
const writeEmptyRepository = async (directory: string, branch: string): Promise<void> => {
  for (const part of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags'])
    await mkdir(join(directory, part), { recursive: true });
  await writeFile(join(directory, 'HEAD'), `ref: refs/heads/${branch}\n`);
  await writeFile(
    join(directory, 'config'),
    '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n',
  );
};

/** One commit as a stream for git fast-import. https://git-scm.com/docs/git-fast-import#_input_format */
const importStream = ({ branch, files, author, message, date }: NewRepository): string => {
  const { name, email } = author ?? defaultAuthor;
  const seconds = Math.floor((date ?? defaultDate).getTime() / 1000);
  return [
    `commit refs/heads/${branch}\n`,
    `author ${name} <${email}> ${seconds} +0000\n`,
    `committer ${name} <${email}> ${seconds} +0000\n`,
    data(message ?? 'Initial commit\n'),
    ...Object.entries(files).map(([path, content]) => `M 100644 inline ${quote(path)}\n${data(content)}`),
    'done\n',
  ].join('');
};

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;

/** A path in double quotes, C style; what is not ASCII may stand as it is. */
const quote = (path: string): string =>
  `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
