import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createObjectCache, openRemote } from '../../../lib/git/remote.ts';
import { startGitServer } from './git-server.ts';
import { bytes, meta, text } from './remote-fixture.ts';
import { createWorkspace, git } from './repository.ts';

export type Crowd = {
  readonly writers: number;
  /** Several writers a file: who writes without reading again loses a line of another. */
  readonly files: number;
  /** By the git command, from a clone. */
  readonly pushesOfGit: number;
};

const fileOf = (writer: number, { files }: Crowd): string => `apps/${writer % files}.yml`;
const lineOf = (writer: number, tag: string): string => `image-${writer}: ${tag}\n`;
const filesWith = (tag: string, crowd: Crowd): Readonly<Record<string, string>> => {
  const texts: Record<string, string> = {};
  for (let writer = 0; writer < crowd.writers; writer += 1) {
    const file = fileOf(writer, crowd);
    texts[file] = (texts[file] ?? '') + lineOf(writer, tag);
  }
  return texts;
};

/** How many of those that lost try again at the same time: if all did, each round would be one success and a crowd of losers. */
const retriesAtOnce = 4;

type Queue = <Value>(work: () => Promise<Value>) => Promise<Value>;

const createQueue = (atOnce: number): Queue => {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
};

/** Reads, changes its own line, and pushes, until no other was first. */
const release = async (url: string, writer: number, crowd: Crowd, queue: Queue): Promise<string> => {
  const remote = openRemote({ url, branch: 'main', cache: createObjectCache() });
  const attempt = async (fresh: boolean): Promise<string | undefined> => {
    const tip = await remote.tip({ fresh });
    const [file] = await tip.files([fileOf(writer, crowd)]);
    if (file === undefined) throw new Error('the file is gone');
    const content = text(await tip.read(file)).replace(lineOf(writer, 'v1'), lineOf(writer, 'v2'));
    const outcome = await tip.commit(new Map([[file.path, bytes(content)]]), {
      ...meta,
      message: `Release ${writer}`,
    });
    return outcome.type === 'pushed' ? outcome.commit : undefined;
  };
  const again = async (): Promise<string> => (await attempt(true)) ?? again();
  return (await attempt(false)) ?? queue(again);
};

/** A person with a clone, who pushes other files as `git pull --rebase` and `git push` do, until they are taken. */
const pushWithGit = async (
  url: string,
  directory: string,
  { pushesOfGit }: Crowd,
): Promise<readonly string[]> => {
  await git(directory, 'clone', '--quiet', url, '.');
  const commits: string[] = [];
  for (let nth = 0; nth < pushesOfGit; nth += 1) {
    await writeFile(join(directory, `notes-${nth}.md`), `${nth}\n`);
    await git(directory, 'add', '.');
    await git(directory, 'commit', '--quiet', '-m', `Note ${nth}`);
    for (;;) {
      const pushed = await git(directory, 'push', '--quiet', 'origin', 'main').then(
        () => true,
        () => false,
      );
      if (pushed) break;
      await git(directory, 'pull', '--quiet', '--rebase', 'origin', 'main');
    }
    commits.push((await readFile(join(directory, '.git/refs/heads/main'), 'utf8')).trimEnd());
  }
  return commits;
};

/** All at once on one branch behind `git http-backend`, and Git's word for what became of it. */
export const expectEveryChangeToLand = async (crowd: Crowd): Promise<void> => {
  const workspace = await createWorkspace();
  const server = await startGitServer({ directory: workspace.directory });
  const clone = await mkdtemp(join(tmpdir(), 'tagboat-clone-'));
  try {
    const bare = await workspace.createRepository('config', filesWith('v1', crowd));
    const url = `${server.origin}/config.git`;
    const queue = createQueue(retriesAtOnce);

    const [commits, ...released] = await Promise.all([
      pushWithGit(url, clone, crowd),
      ...Array.from({ length: crowd.writers }, (_, writer) => release(url, writer, crowd, queue)),
    ]);

    const expected = Object.entries(filesWith('v2', crowd));
    const shown = await git(bare, 'show', ...expected.map(([file]) => `main:${file}`));
    expect(`${shown}\n`).toBe(expected.map(([, content]) => content).join(''));
    const history = (await git(bare, 'rev-list', '--first-parent', 'main')).split('\n');
    expect(history).toHaveLength(1 + crowd.writers + crowd.pushesOfGit);
    expect(history).toEqual(expect.arrayContaining([...released, ...commits]));
    expect(await git(bare, 'ls-tree', '--name-only', 'main')).toContain(`notes-${crowd.pushesOfGit - 1}.md`);
    expect(await git(bare, 'fsck', '--strict', '--full', '--no-dangling')).toBe('');
  } finally {
    await server.close();
    await rm(clone, { recursive: true, force: true });
    await workspace.remove();
  }
};
