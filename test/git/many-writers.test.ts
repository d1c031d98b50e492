import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createObjectCache, openRemote } from '../../lib/git/remote.ts';
import { bytes, meta, text } from './support/remote-fixture.ts';
import { useRepositories } from './support/repositories.ts';
import { git } from './support/repository.ts';

const repositories = useRepositories();

/** Each is a dozen processes of Git's: an everyday run has fewer. */
const writers = process.env.PROPERTY_RUNS === 'all' ? 50 : 16;
const pushesOfGit = 5;

const files = 10;

/** One line a writer, and several writers a file: who writes without reading again loses somebody's line. */
const fileOf = (writer: number): string => `apps/${writer % files}.yml`;
const lineOf = (writer: number, tag: string): string => `image-${writer}: ${tag}\n`;
const filesWith = (tag: string): Readonly<Record<string, string>> => {
  const texts: Record<string, string> = {};
  for (let writer = 0; writer < writers; writer += 1)
    texts[fileOf(writer)] = (texts[fileOf(writer)] ?? '') + lineOf(writer, tag);
  return texts;
};

/** Who lost waits for a while that nobody else waits for: otherwise all of them meet again, and one of them wins. */
const backOff = (): Promise<void> => delay(Math.random() * 120 * writers);

/** Reads, changes its own line, and pushes, until nobody else was first. */
const release = async (url: string, writer: number): Promise<string> => {
  const remote = openRemote({ url, branch: 'main', cache: createObjectCache() });
  for (let round = 0; ; round += 1) {
    const tip = await remote.tip({ fresh: round > 0 });
    const [file] = await tip.files([fileOf(writer)]);
    if (file === undefined) throw new Error('the file is gone');
    const content = text(await tip.read(file)).replace(lineOf(writer, 'v1'), lineOf(writer, 'v2'));
    const outcome = await tip.commit(new Map([[file.path, bytes(content)]]), {
      ...meta,
      message: `Release ${writer}`,
    });
    if (outcome.type === 'pushed') return outcome.commit;
    await backOff();
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

it('many writers and a git CLI on one branch: every change lands, and nobody loses a commit', async () => {
  const { name, bare } = await repositories.create(filesWith('v1'));
  const url = `${repositories.server().origin}/${name}.git`;
  const directory = await mkdtemp(join(tmpdir(), 'tagboat-clone-'));
  try {
    const [commits, ...released] = await Promise.all([
      pushWithGit(url, directory),
      ...Array.from({ length: writers }, (_, writer) => release(url, writer)),
    ]);

    for (const [file, content] of Object.entries(filesWith('v2')))
      expect(`${await git(bare, 'show', `main:${file}`)}\n`).toBe(content);
    const history = (await git(bare, 'rev-list', '--first-parent', 'main')).split('\n');
    expect(history).toHaveLength(1 + writers + pushesOfGit);
    expect(history).toEqual(expect.arrayContaining([...released, ...commits]));
    expect(await git(bare, 'ls-tree', '--name-only', 'main')).toContain(`notes-${pushesOfGit - 1}.md`);
    expect(await git(bare, 'fsck', '--strict', '--full', '--no-dangling')).toBe('');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
