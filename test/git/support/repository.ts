import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentOf } from './environment.ts';
import { runCommand } from './shell.ts';

/** With a fixed clock. */
const environment = {
  ...environmentOf('Mona'),
  GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
  GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
};

/** Runs git and answers what it prints. */
export const gitBytes = async (
  directory: string,
  args: readonly string[],
  options: { readonly input?: Uint8Array; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Buffer> => {
  const command = ['git', '-C', directory, ...args];
  const env = { ...environment, ...options.env };
  const { status, stdout, stderr } = await runCommand({ command, env, input: options.input });
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
};

/** The same as text, without the newline at the end. */
export const git = async (directory: string, ...args: readonly string[]): Promise<string> =>
  (await gitBytes(directory, args)).toString().replace(/\n$/, '');

/** A file's text, or what else stands there. */
export type Content = string | { readonly executable: string } | { readonly symlink: string };

export type Files = Readonly<Record<string, Content>>;

export const modeAndText = (content: Content): readonly [string, string] => {
  if (typeof content === 'string') return ['100644', content];
  return 'symlink' in content ? ['120000', content.symlink] : ['100755', content.executable];
};

/** One commit on `main`, as `git fast-import` reads it: one process for a whole repository. */
const importStream = (files: Files): string => {
  const lines = Object.entries(files).map(([path, content]) => {
    const [mode, text] = modeAndText(content);
    return `M ${mode} inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
  });
  const committer = 'committer Mona <mona@example.com> 1767323045 +0000';
  return `commit refs/heads/main\n${committer}\ndata 5\nfirst\n${lines.join('')}\ndone\n`;
};

const importInto = async (bare: string, files: Files): Promise<void> => {
  await gitBytes(bare, ['fast-import', '--quiet', '--done'], { input: Buffer.from(importStream(files)) });
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
  /** Makes `<name>.git` with one commit on `main`, and answers its path; files it has seen before cost no process. */
  createRepository(name: string, files: Files): Promise<string>;
  remove(): Promise<void>;
};

/** A repository without an object. */
export const createBare = async (bare: string): Promise<void> => {
  for (const part of ['objects', 'refs/heads', 'hooks']) await mkdir(join(bare, part), { recursive: true });
  await writeFile(join(bare, 'HEAD'), 'ref: refs/heads/main\n');
  await writeFile(join(bare, 'config'), config);
};

export const createWorkspace = async (): Promise<Workspace> => {
  const directory = await mkdtemp(join(tmpdir(), 'tagboat-git-'));
  const made = new Map<string, Promise<string>>();
  const makeOnce = (files: Files): Promise<string> => {
    const key = JSON.stringify(files);
    const making = made.get(key) ?? makeTemplate(join(directory, `template-${made.size}`), files);
    made.set(key, making);
    return making;
  };
  return {
    directory,
    createRepository: async (name, files) => {
      const bare = join(directory, `${name}.git`);
      await cp(await makeOnce(files), bare, { recursive: true });
      return bare;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
};

const makeTemplate = async (bare: string, files: Files): Promise<string> => {
  await createBare(bare);
  await importInto(bare, files);
  return bare;
};

/**
 * A setting, as `git config` would write it, but without a process.
 * @param key `section.name`, or `section.subsection.name`
 */
export const configure = (bare: string, key: string, value: string): Promise<void> => {
  const [section, ...rest] = key.split('.');
  const name = rest.pop();
  const header = rest.length === 0 ? section : `${section} "${rest.join('.')}"`;
  return appendFile(join(bare, 'config'), `[${header}]\n\t${name} = ${value}\n`);
};
