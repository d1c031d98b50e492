import { randomBytes } from 'node:crypto';
import { appendFile, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitServer, type GitServer } from '../../../../infra/local/emulators/git-server/git-server.ts';
import { oidOf } from '../../../../lib/git/object.ts';
import { createBare } from '../../../git/support/repository.ts';
import { useShell } from '../../../git/support/shell.ts';
import type { Served } from '../registry/serve.ts';
import { git, type TemporaryDirectory, temporaryDirectory } from './git.ts';
import { serveGit } from './git-process.ts';

const files = {
  'README.md': '# okeydokey\n',
  'deployment/deployment.yml': 'image: okeydokey:v1\r\n',
  'a "quoted" \\ näme with\ttab.txt': 'no newline at the end',
  empty: '',
};
const initialCommit = 'a1f93607f08c72898a14b46f11d37e3225dc646b';

useShell();

describe('local Git server', () => {
  let work: TemporaryDirectory;
  let gitServer: GitServer;
  let http: Served;
  /** Of a repository that no test pushes to. */
  let url: string;
  /** A clone of it, to copy. */
  let pristine: string;
  /** Outside of the server's directory. */
  let theirs: string;
  let copies = 0;

  beforeAll(async () => {
    work = await temporaryDirectory();
    gitServer = createGitServer({ directory: join(work.path, 'served') });
    await gitServer.createRepository('okeydokey', { branch: 'config', files });
    theirs = join(work.path, 'their repository');
    await cp(gitServer.path('okeydokey'), theirs, { recursive: true });
    await appendFile(join(theirs, 'config'), '[receive]\n\tfsckObjects = false\n');
    gitServer.serve('theirs', theirs);
    http = await serveGit(join(work.path, 'served'), { theirs });
    url = `${http.url}/git/okeydokey.git`;
    pristine = await clone();
  });
  afterAll(async () => {
    await http.close();
    await work[Symbol.asyncDispose]();
  });

  const clone = async (...options: readonly string[]): Promise<string> => {
    copies += 1;
    const path = join(work.path, `clone-${copies}`);
    await git(work.path, 'clone', '--quiet', ...options, url, path);
    return path;
  };
  /** A repository of the test's own, and a clone of it, as though they had been made now. */
  const copy = async (): Promise<{ readonly name: string; readonly path: string }> => {
    copies += 1;
    const name = `copy-${copies}`;
    const path = join(work.path, name);
    await cp(gitServer.path('okeydokey'), gitServer.path(name), { recursive: true });
    await cp(pristine, path, { recursive: true });
    const config = await readFile(join(path, '.git/config'), 'utf8');
    await writeFile(join(path, '.git/config'), config.replace('/okeydokey.git', `/${name}.git`));
    return { name, path };
  };
  const commitFile = async (clonePath: string, name: string, content: string | Buffer): Promise<void> => {
    await writeFile(join(clonePath, name), content);
    await git(clonePath, 'add', name);
    await git(clonePath, 'commit', '--quiet', '--message', `write ${name}`);
  };

  it('makes a repository with one commit, the same on every machine', async () => {
    expect(await git(pristine, 'log', '--format=%H %an <%ae> %at %s')).toBe(
      `${initialCommit} Tagboat <tagboat@example.com> 1506859200 Initial commit`,
    );
    expect(await readFile(join(pristine, '.git/HEAD'), 'utf8')).toBe('ref: refs/heads/config\n');
    for (const [name, content] of Object.entries(files))
      expect(await readFile(join(pristine, name), 'utf8')).toBe(content);
    expect((await git(pristine, 'ls-files', '-z')).split('\0').filter(Boolean).sort()).toEqual(
      Object.keys(files).sort(),
    );
    await git(gitServer.path('okeydokey'), 'fsck', '--strict');
  });

  it('takes author, date and message of the first commit', async () => {
    await gitServer.createRepository('other', {
      branch: 'main',
      files: {},
      author: { name: 'Bo', email: 'bo@example.com' },
      date: new Date('2026-11-23T10:00:00Z'),
      message: 'Begin\n',
    });

    expect(await git(gitServer.path('other'), 'log', 'main', '--format=%an <%ae> %cn %ct %s')).toBe(
      'Bo <bo@example.com> Bo 1795428000 Begin',
    );
  });

  it('leaves a repository alone that is there already', async () => {
    await gitServer.createRepository('okeydokey', { branch: 'main', files: { other: 'x' } });

    expect(await git(gitServer.path('okeydokey'), 'for-each-ref', '--format=%(refname)')).toBe(
      'refs/heads/config',
    );
  });

  it('takes pushes', async () => {
    const { name, path } = await copy();
    await commitFile(path, 'new.yml', 'x');

    await git(path, 'push', '--quiet', 'origin', 'config');

    expect(await git(gitServer.path(name), 'log', '--format=%s', 'config')).toBe(
      'write new.yml\nInitial commit',
    );
  });

  it('refuses a push over a branch that moved', async () => {
    const { path } = await copy();
    await commitFile(path, 'first.yml', 'x');
    await git(path, 'push', '--quiet', 'origin', 'config');
    await git(path, 'commit', '--quiet', '--amend', '--message', 'late');

    await expect(git(path, 'push', '--quiet', 'origin', 'config')).rejects.toThrow('[rejected]');
  });

  it('refuses objects that git fsck does not like', async () => {
    const { path } = await copy();
    const blob = oidOf('blob', Buffer.from(files.empty));
    const entry = Buffer.concat([Buffer.from('100644 .git\0'), Buffer.from(blob, 'hex')]);
    await writeFile(join(path, 'tree'), entry);
    const tree = await git(path, 'hash-object', '-t', 'tree', '-w', '--literally', 'tree');
    const commit = await git(path, 'commit-tree', tree, '-m', 'bad', '-p', 'HEAD');

    const push = git(path, 'push', 'origin', `${commit}:refs/heads/config`);

    await expect(push).rejects.toThrow('hasDotgit');
  });

  it('lets a client leave the blobs out, and fetch them when they are needed', async () => {
    const path = await clone('--filter=blob:none', '--no-checkout');

    const missing = await git(path, 'rev-list', '--objects', '--all', '--missing=print');
    await git(path, 'checkout', '--quiet', 'config');

    expect(missing.split('\n').filter((line) => line.startsWith('?'))).toHaveLength(
      Object.keys(files).length,
    );
    expect(await readFile(join(path, 'README.md'), 'utf8')).toBe(files['README.md']);
  });

  it('fetches any object by its id', async () => {
    const bare = join(work.path, 'bare');
    const blob = oidOf('blob', Buffer.from(files['README.md']));
    await createBare(bare);

    await git(bare, 'fetch', '--quiet', url, blob);

    expect(await git(bare, 'cat-file', 'blob', blob)).toBe('# okeydokey');
  });

  it('streams large packs both ways, in chunks', async () => {
    const { name, path } = await copy();
    const large = randomBytes(512 * 1024);
    await commitFile(path, 'large.bin', large);

    await git(path, '-c', 'http.postBuffer=65536', 'push', '--quiet', 'origin', 'config');
    const again = join(work.path, 'again');
    await git(work.path, 'clone', '--quiet', url.replace('okeydokey', name), again);

    expect((await readFile(join(again, 'large.bin'))).equals(large)).toBe(true);
    await git(again, 'fsck', '--full');
  });

  it('speaks protocol v2 to those that ask for it', async () => {
    const advertised = async (headers: Record<string, string>): Promise<string> =>
      (await fetch(`${url}/info/refs?service=git-upload-pack`, { headers })).text();

    const v2 = await advertised({ 'git-protocol': 'version=2' });
    const v0 = await advertised({});

    expect(v2).toContain('version 2\n');
    expect(v2).toMatch(/fetch=.*\bfilter\b/);
    expect(v0).toContain('refs/heads/config');
  });

  it('reads requests that are compressed', async () => {
    const lsRefs = '0014command=ls-refs\n0001001bref-prefix refs/heads/\n0000';

    const response = await fetch(`${url}/git-upload-pack`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-git-upload-pack-request',
        'content-encoding': 'gzip',
        'git-protocol': 'version=2',
      },
      body: gzipSync(lsRefs),
    });

    expect(response.headers.get('content-type')).toBe('application/x-git-upload-pack-result');
    expect(await response.text()).toBe(`003f${initialCommit} refs/heads/config\n0000`);
  });

  it('mounts a repository of somebody else, and writes nothing into its configuration', async () => {
    const { path } = await copy();
    const before = await readFile(join(theirs, 'config'), 'utf8');
    await commitFile(path, 'new.yml', 'x');

    await git(path, 'push', '--quiet', `${http.url}/git/theirs.git`, 'config');

    expect(gitServer.path('theirs')).toBe(theirs);
    expect(await git(theirs, 'log', '-1', '--format=%s', 'config')).toBe('write new.yml');
    expect(await readFile(join(theirs, 'config'), 'utf8')).toBe(before);
  });

  it('does not mount what is no repository, or under no name', async () => {
    expect(() => gitServer.serve('theirs', work.path)).toThrow(
      expect.objectContaining({ code: 'git-not-found' }),
    );
    expect(() => gitServer.serve('../theirs', gitServer.path('okeydokey'))).toThrow(
      expect.objectContaining({ code: 'git-not-found' }),
    );
  });
});
