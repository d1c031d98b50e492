import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createObjectCache, openRemote } from '../../lib/git/remote.ts';
import { bytes, meta, text } from './support/remote-fixture.ts';
import { useRepositories } from './support/repositories.ts';
import { git } from './support/repository.ts';

const repositories = useRepositories();

const writers = 50;
const pushesOfGit = 8;

/** One line a writer, in one file: whoever overwrites instead of reading again loses somebody's line. */
const lineOf = (writer: number, tag: string): string => `image-${String(writer).padStart(2, '0')}: ${tag}`;
const before = Array.from({ length: writers }, (_, writer) => lineOf(writer, 'v1')).join('\n');

/** Reads, changes its own line, and pushes, until nobody else was first. */
const release = async (url: string, writer: number): Promise<{ commit: string; rounds: number }> => {
  const remote = openRemote({ url, branch: 'main', cache: createObjectCache() });
  for (let rounds = 1; ; rounds += 1) {
    const tip = await remote.tip({ fresh: rounds > 1 });
    const [file] = await tip.files(['apps/all.yml']);
    if (file === undefined) throw new Error('the file is gone');
    const content = text(await tip.read(file)).replace(lineOf(writer, 'v1'), lineOf(writer, 'v2'));
    const outcome = await tip.commit(new Map([[file.path, bytes(content)]]), {
      ...meta,
      message: `Release ${writer}`,
    });
    if (outcome.type === 'pushed') return { commit: outcome.commit, rounds };
  }
};

/** Somebody with a clone, who pushes another file as `git pull --rebase` and `git push` do, until it is taken. */
const pushWithGit = async (url: string, directory: string): Promise<readonly string[]> => {
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
    commits.push(await git(directory, 'rev-parse', 'HEAD'));
  }
  return commits;
};

it('fifty writers and a git CLI on one branch: every change lands, and nobody loses a commit', async () => {
  const { name, bare } = await repositories.create({ 'apps/all.yml': `${before}\n`, 'README.md': 'hello\n' });
  const url = `${repositories.server().origin}/${name}.git`;
  const directory = await mkdtemp(join(tmpdir(), 'tagboat-clone-'));
  try {
    const byGit = pushWithGit(url, directory);
    const outcomes = await Promise.all(Array.from({ length: writers }, (_, writer) => release(url, writer)));
    const commits = await byGit;

    const after = Array.from({ length: writers }, (_, writer) => lineOf(writer, 'v2')).join('\n');
    expect(await git(bare, 'show', 'main:apps/all.yml')).toBe(after);
    const history = (await git(bare, 'rev-list', '--first-parent', 'main')).split('\n');
    expect(history).toHaveLength(1 + writers + pushesOfGit);
    expect(history).toEqual(expect.arrayContaining([...outcomes.map(({ commit }) => commit), ...commits]));
    expect(await git(bare, 'ls-tree', '--name-only', 'main')).toContain(`notes-${pushesOfGit - 1}.md`);
    expect(await git(bare, 'fsck', '--strict', '--full')).toBe('');
    console.log(outcomes.map(({ rounds }) => rounds).join(' '));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
