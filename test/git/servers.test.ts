import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createObjectCache, openRemote } from '../../lib/git/remote.ts';
import { type Logger, silentLogger } from '../../lib/logger.ts';
import { type GitServer, startGitServer } from './support/git-server.ts';
import { asked, change, meta, openMain, text } from './support/remote-fixture.ts';
import { configure, createWorkspace, git, type Workspace } from './support/repository.ts';
import { useShell } from './support/shell.ts';

/** What servers differ in: protocol versions, filters, credentials, hooks. */

const credentials = { username: 'x-access-token', password: 'sesame-open-9' };
const files = { 'deployment/deployment.yml': 'image: okeydokey:1.0.0\n', 'other/big.yml': 'x: 1\n' };

useShell();
let workspace: Workspace;
let modern: GitServer;
let old: GitServer;
let guarded: GitServer;
beforeAll(async () => {
  workspace = await createWorkspace();
  modern = await startGitServer({ directory: workspace.directory });
  old = await startGitServer({ directory: workspace.directory, protocol2: false });
  guarded = await startGitServer({ directory: workspace.directory, credentials });
});
afterAll(async () => {
  await Promise.all([modern.close(), old.close(), guarded.close()]);
  await workspace.remove();
});
beforeEach(() => {
  for (const server of [modern, old, guarded]) server.requests.length = 0;
});

const release = async (server: GitServer, name: string, tag: string, cache = createObjectCache()) => {
  const tip = await openMain(server, name, cache).tip();
  const [file] = await tip.files(['deployment/*.yml']);
  const before = file === undefined ? undefined : text(await tip.read(file));
  const outcome = await tip.commit(change('deployment/deployment.yml', `image: okeydokey:${tag}\n`), meta);
  return { before, outcome: outcome.type };
};

const tipOf = async (bare: string): Promise<string> =>
  (await readFile(join(bare, 'refs/heads/main'), 'utf8')).trimEnd();

/** What `release` of 1.1.0 leaves behind, however it came there: the same commit each time. */
let expected: string;
beforeAll(async () => {
  const bare = await workspace.createRepository('expected', files);
  await release(modern, 'expected', '1.1.0');
  expected = await tipOf(bare);
  expect(await git(bare, 'show', 'main:deployment/deployment.yml')).toBe('image: okeydokey:1.1.0');
  expect(await git(bare, 'fsck', '--strict', '--full')).toBe('');
});

describe('filters', () => {
  it.each<{ name: string; config: [string, string]; fetches: number }>([
    { name: 'are not announced', config: ['uploadpack.allowFilter', 'false'], fetches: 2 },
    { name: 'by depth are refused', config: ['uploadpackfilter.tree.allow', 'false'], fetches: 4 },
    { name: 'by depth are limited', config: ['uploadpackfilter.tree.maxDepth', '0'], fetches: 4 },
    { name: 'are announced and all refused', config: ['uploadpackfilter.allow', 'false'], fetches: 4 },
  ])('that $name are done without', async ({ name, config, fetches }) => {
    const repository = name.replaceAll(' ', '-');
    const bare = await workspace.createRepository(repository, files);
    await configure(bare, ...config);

    const released = await release(modern, repository, '1.1.0');

    expect(released).toEqual({ before: 'image: okeydokey:1.0.0\n', outcome: 'pushed' });
    expect(await tipOf(bare)).toBe(expected);
    expect(asked(modern).filter((line) => line === 'POST /git-upload-pack')).toHaveLength(fetches);
  });

  it.each([
    {
      name: 'announces no filter',
      server: () => modern,
      config: 'uploadpack.allowFilter',
      less: { version: 2, filtering: 'none' },
    },
    {
      name: 'refuses filters by depth',
      server: () => modern,
      config: 'uploadpackfilter.tree.allow',
      less: { version: 2, filtering: 'blob' },
    },
    {
      name: 'speaks version 0',
      server: () => old,
      config: 'uploadpack.allowFilter',
      less: { version: 0, filtering: 'none' },
    },
  ])('a server that $name is told of once', async ({ name, server, config, less }) => {
    const repository = `told-${name.replaceAll(' ', '-')}`;
    await configure(await workspace.createRepository(repository, files), config, 'false');
    const told: unknown[] = [];
    const logger: Logger = { ...silentLogger, warn: (message, fields) => told.push({ message, ...fields }) };
    const url = `${server().origin}/${repository}.git`;
    const cache = createObjectCache();

    for (let round = 0; round < 2; round++) {
      const tip = await openRemote({ url, branch: 'main', cache, logger }).tip({ fresh: true });
      for (const file of await tip.files(['deployment/*.yml'])) await tip.read(file);
    }

    expect(told).toMatchObject([
      { message: 'the Git server cannot send just what is needed, more is fetched', ...less },
    ]);
  });

  it('that are refused once are not asked for again', async () => {
    const bare = await workspace.createRepository('remembers', files);
    await configure(bare, 'uploadpackfilter.tree.allow', 'false');
    const cache = createObjectCache({ maxBytes: 1 });
    await release(modern, 'remembers', '1.1.0', cache);
    modern.requests.length = 0;

    await release(modern, 'remembers', '1.2.0', cache);

    expect(asked(modern)).toEqual([
      'POST /git-upload-pack',
      'POST /git-upload-pack',
      'POST /git-receive-pack',
    ]);
  });
});

describe('a server that speaks only the old protocol', () => {
  it('is served by a shallow fetch', async () => {
    const bare = await workspace.createRepository('old', files);

    const released = await release(old, 'old', '1.1.0');

    expect(released).toEqual({ before: 'image: okeydokey:1.0.0\n', outcome: 'pushed' });
    expect(await tipOf(bare)).toBe(expected);
    expect(old.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /old.git/info/refs?service=git-upload-pack',
      'POST /old.git/git-upload-pack',
      'GET /old.git/info/refs?service=git-receive-pack',
      'POST /old.git/git-receive-pack',
    ]);
  });

  it('takes the next change in one request', async () => {
    await workspace.createRepository('old-warm', files);
    const cache = createObjectCache();
    await release(old, 'old-warm', '1.1.0', cache);
    old.requests.length = 0;

    await release(old, 'old-warm', '1.2.0', cache);

    expect(asked(old)).toEqual(['POST /git-receive-pack']);
  });

  it('has no branch in an empty repository', async () => {
    await git(workspace.directory, 'init', '-q', '--bare', 'old-empty.git');

    await expect(openMain(old, 'old-empty').tip()).rejects.toThrow(
      expect.objectContaining({ code: 'git-branch-not-found' }),
    );
  });

  it('does not support SHA-256 repositories, nor does a modern one', async () => {
    await git(workspace.directory, 'init', '-q', '-b', 'main', '--object-format=sha256', 'old-sha256.git');
    await git(join(workspace.directory, 'old-sha256.git'), 'commit', '-q', '--allow-empty', '-m', 'first');

    for (const server of [old, modern])
      await expect(openMain(server, 'old-sha256').tip()).rejects.toThrow(
        expect.objectContaining({ code: 'git-unsupported' }),
      );
  });
});

describe('credentials', () => {
  beforeAll(async () => {
    await workspace.createRepository('guarded', files);
  });

  const open = (password: string | undefined) =>
    openRemote({
      url: `${guarded.origin}/guarded.git`,
      branch: 'main',
      credentials: password === undefined ? undefined : { username: credentials.username, password },
    });

  it('open the repository, and are sent with the first request', async () => {
    await open(credentials.password).tip();

    expect(guarded.requests.map(({ authorization }) => authorization)).toEqual([
      'Basic eC1hY2Nlc3MtdG9rZW46c2VzYW1lLW9wZW4tOQ==',
      'Basic eC1hY2Nlc3MtdG9rZW46c2VzYW1lLW9wZW4tOQ==',
    ]);
  });

  it('may stand in the URL', async () => {
    const url = `${guarded.origin.replace('//', '//x-access-token:sesame%2Dopen-9@')}/guarded.git`;

    const tip = await openRemote({ url, branch: 'main' }).tip();

    expect(tip.revision).toMatch(/^[0-9a-f]{40}$/);
  });

  it.each([
    { name: 'wrong', password: 'wrong-1' },
    { name: 'missing', password: undefined },
  ])('that are $name are refused', async ({ password }) => {
    await expect(open(password).tip()).rejects.toThrow(
      expect.objectContaining({ code: 'git-denied', retry: 'terminal' }),
    );
  });
});
