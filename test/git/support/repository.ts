import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Git with nobody's configuration and a fixed clock. */
const environment = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Mona',
  GIT_AUTHOR_EMAIL: 'mona@example.com',
  GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
  GIT_COMMITTER_NAME: 'Mona',
  GIT_COMMITTER_EMAIL: 'mona@example.com',
  GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
};

/** Runs git and answers what it prints, without the newline at the end. */
export const git = async (directory: string, ...args: readonly string[]): Promise<string> => {
  const { stdout } = await execute('git', ['-C', directory, ...args], {
    env: environment,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.replace(/\n$/, '');
};

/** A file's text, or what else stands there. */
export type Content = string | { readonly executable: string } | { readonly symlink: string };

const modeAndText = (content: Content): readonly [string, string] => {
  if (typeof content === 'string') return ['100644', content];
  return 'symlink' in content ? ['120000', content.symlink] : ['100755', content.executable];
};

/** One commit on `main`, as `git fast-import` reads it: one process for a whole repository. */
const importStream = (files: Readonly<Record<string, Content>>): string => {
  const lines = Object.entries(files).map(([path, content]) => {
    const [mode, text] = modeAndText(content);
    return `M ${mode} inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
  });
  const committer = 'committer Mona <mona@example.com> 1767323045 +0000';
  return `commit refs/heads/main\n${committer}\ndata 5\nfirst\n${lines.join('')}\ndone\n`;
};

const importInto = async (bare: string, files: Readonly<Record<string, Content>>): Promise<void> => {
  const child = spawn('git', ['-C', bare, 'fast-import', '--quiet', '--done'], { env: environment });
  child.stdin.end(importStream(files));
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`git fast-import ended with ${status}`);
};

const config = `[core]
\trepositoryFormatVersion = 0
\tbare = true
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
[gc]
\tauto = 0
[receive]
\tautogc = false
`;

export type Workspace = {
  readonly directory: string;
  /** Makes `<name>.git` with one commit on `main`, and answers its path. */
  createRepository(name: string, files: Readonly<Record<string, Content>>): Promise<string>;
  remove(): Promise<void>;
};

export const createWorkspace = async (): Promise<Workspace> => {
  const directory = await mkdtemp(join(tmpdir(), 'tagboat-git-'));
  return {
    directory,
    createRepository: async (name, files) => {
      const bare = join(directory, `${name}.git`);
      for (const part of ['objects', 'refs/heads', 'hooks'])
        await mkdir(join(bare, part), { recursive: true });
      await writeFile(join(bare, 'HEAD'), 'ref: refs/heads/main\n');
      await writeFile(join(bare, 'config'), config);
      await importInto(bare, files);
      return bare;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
};
