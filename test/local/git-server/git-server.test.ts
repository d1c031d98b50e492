import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitServer, type GitServer } from '../../../infra/local/git-server/git-server.ts';
import { type Served, serve } from '../registry/serve.ts';
import { git, type TemporaryDirectory, temporaryDirectory } from './git.ts';

const files = {
  'README.md': '# okeydokey\n',
  'deployment/deployment.yml': 'image: okeydokey:v1\r\n',
  'a "quoted" \\ näme with\ttab.txt': 'no newline at the end',
  empty: '',
};
const initialCommit = 'a1f93607f08c72898a14b46f11d37e3225dc646b';

describe('local Git server', () => {
  let work: TemporaryDirectory;
  let gitServer: GitServer;
  let http: Served;
  let url: string;

  beforeEach(async () => {
    work = await temporaryDirectory();
    gitServer = createGitServer({ directory: join(work.path, 'served') });
    await gitServer.createRepository('okeydokey', { branch: 'config', files });
    http = await serve((request, response) => gitServer.handle(request, response));
    url = `${http.url}/git/okeydokey.git`;
  });
  afterEach(async () => {
    await http.close();
    await work[Symbol.asyncDispose]();
  });

  const clone = async (...options: readonly string[]): Promise<string> => {
    await git(work.path, 'clone', '--quiet', ...options, url, 'clone');
    return join(work.path, 'clone');
  };
  const commitFile = async (clonePath: string, name: string, content: string | Buffer): Promise<void> => {
    await writeFile(join(clonePath, name), content);
    await git(clonePath, 'add', name);
    await git(clonePath, 'commit', '--quiet', '--message', `write ${name}`);
  };

  it('makes a repository with one commit, the same on every machine', async () => {
    const path = await clone();

    expect(await git(path, 'log', '--format=%H %an <%ae> %at %s')).toBe(
      `${initialCommit} Tagboat <tagboat@example.com> 1506859200 Initial commit`,
    );
    expect(await git(path, 'branch', '--show-current')).toBe('config');
    for (const [name, content] of Object.entries(files))
      expect(await readFile(join(path, name), 'utf8')).toBe(content);
    expect((await git(path, 'ls-files', '-z')).split('\0').filter(Boolean).sort()).toEqual(
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
    const path = await clone();
    await commitFile(path, 'new.yml', 'x');

    await git(path, 'push', '--quiet', 'origin', 'config');

    expect(await git(gitServer.path('okeydokey'), 'log', '--format=%s', 'config')).toBe(
      'write new.yml\nInitial commit',
    );
  });

  it('refuses a push over a branch that moved', async () => {
    const path = await clone();
    await git(work.path, 'clone', '--quiet', url, 'second');
    await commitFile(join(work.path, 'second'), 'first.yml', 'x');
    await git(join(work.path, 'second'), 'push', '--quiet', 'origin', 'config');
    await commitFile(path, 'late.yml', 'x');

    await expect(git(path, 'push', '--quiet', 'origin', 'config')).rejects.toThrow('[rejected]');
  });

  it('refuses objects that git fsck does not like', async () => {
    const path = await clone();
    const blob = await git(path, 'rev-parse', 'HEAD:empty');
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
    const blob = await git(gitServer.path('okeydokey'), 'rev-parse', 'config:README.md');
    await git(work.path, 'init', '--quiet', '--bare', bare);

    await git(bare, 'fetch', '--quiet', url, blob);

    expect(await git(bare, 'cat-file', 'blob', blob)).toBe('# okeydokey');
  });

  it('streams large packs both ways, in chunks', async () => {
    const path = await clone();
    const large = randomBytes(2 * 1024 * 1024);
    await commitFile(path, 'large.bin', large);

    await git(path, '-c', 'http.postBuffer=65536', 'push', '--quiet', 'origin', 'config');
    await git(work.path, 'clone', '--quiet', url, 'again');

    expect((await readFile(join(work.path, 'again', 'large.bin'))).equals(large)).toBe(true);
    await git(join(work.path, 'again'), 'fsck', '--full');
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
    const path = await clone();
    const theirs = join(work.path, 'their repository');
    await git(work.path, 'clone', '--quiet', '--bare', url, theirs);
    const before = await readFile(join(theirs, 'config'), 'utf8');
    gitServer.serve('theirs', theirs);
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

  it('answers what is not a repository of its own with an error', async () => {
    const expected = {
      '/git/okeydokey.git/info/refs?service=git-upload-pack': 200,
      '/git/nobody.git/info/refs?service=git-upload-pack': 404,
      '/elsewhere': 404,
      '/git/': 404,
      '/git/..%2f..%2fetc.git/info/refs': 404,
      '/git/okeydokey.git/..%2f..%2f..%2fetc/passwd': 404,
      '/git/okeydokey.git/%': 404,
      '/git/okeydokey.git/%00': 404,
      '/git/okeydokey.git/info/refs?service=git-rm-rf': 403,
    };
    // fetch would tidy the paths
    const statusOf = (path: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const request = httpRequest({ port: http.port, path }, (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode));
        });
        request.on('error', reject).end();
      });

    const answered: Record<string, number | undefined> = {};
    for (const path of Object.keys(expected)) answered[path] = await statusOf(path);

    expect(answered).toEqual(expected);
  });
});

describe('local Git server with credentials', () => {
  it('wants them of every request, also for repositories that are not there', async () => {
    await using work = await temporaryDirectory();
    const gitServer = createGitServer({
      directory: work.path,
      credentials: { username: 'x-access-token', password: 's3:cret' },
    });
    await gitServer.createRepository('okeydokey', { branch: 'config', files });
    await using http = await serve((request, response) => gitServer.handle(request, response));
    const ask = (name: string, credentials?: string): Promise<Response> =>
      fetch(`${http.url}/git/${name}.git/info/refs?service=git-upload-pack`, {
        headers:
          credentials === undefined
            ? {}
            : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      });

    const none = await ask('okeydokey');

    expect(none.status).toBe(401);
    expect(none.headers.get('www-authenticate')).toMatch(/^Basic /);
    expect((await ask('nobody')).status).toBe(401);
    expect((await ask('okeydokey', 'x-access-token:s3')).status).toBe(401);
    expect((await ask('okeydokey', 'somebody:s3:cret')).status).toBe(401);
    expect((await ask('okeydokey', 'x-access-token:s3:cret')).status).toBe(200);
    expect((await ask('nobody', 'x-access-token:s3:cret')).status).toBe(404);
    await git(
      work.path,
      'clone',
      '--quiet',
      `http://x-access-token:s3%3Acret@127.0.0.1:${http.port}/git/okeydokey.git`,
      'clone',
    );
  });
});
