import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTagLister } from '../../lib/git/list-tags.ts';
import { type GitServer, startGitServer } from './support/git-server.ts';
import { createWorkspace, git, type Workspace } from './support/repository.ts';
import { useShell } from './support/shell.ts';

const credentials = { username: 'x-access-token', password: 'sesame-open-9' };
const commits = 3;

useShell();
let workspace: Workspace;
let modern: GitServer;
let old: GitServer;
let guarded: GitServer;
let tip: string;
beforeAll(async () => {
  workspace = await createWorkspace();
  modern = await startGitServer({ directory: workspace.directory });
  old = await startGitServer({ directory: workspace.directory, protocol2: false });
  guarded = await startGitServer({ directory: workspace.directory, credentials });
  const bare = await workspace.createRepository('app', { 'a.txt': 'a' });
  await workspace.createRepository('bare', { 'a.txt': 'a' });
  tip = (await git(bare, 'rev-parse', 'main')).trim();
  await git(bare, 'tag', 'v1.0.0', 'main');
  await git(
    bare,
    '-c',
    'user.name=M',
    '-c',
    'user.email=m@example.com',
    'tag',
    '-a',
    '-m',
    'x',
    'v1.1.0',
    'main',
  );
  await git(bare, 'tag', 'app/v2.0.0', 'main');
  // Of neither is anything to be seen
  await git(bare, 'branch', 'refs/tags/no-tag', 'main');
  await git(bare, 'update-ref', 'refs/notes/v9.9.9', 'main');
});
afterAll(async () => {
  await Promise.all([modern.close(), old.close(), guarded.close()]);
  await workspace.remove();
});
beforeEach(() => {
  for (const server of [modern, old, guarded]) server.requests.length = 0;
});

const namesAt = (server: GitServer) => ({
  url: `${server.origin}/app.git`,
  asked: () => server.requests.map(({ method, url }) => `${method} ${url}`),
});

describe('the tags of a repository', () => {
  it('are listed with the commit that each points at, an annotated one too', async () => {
    const { url } = namesAt(modern);

    const tags = await createTagLister()(url);

    expect(tags.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'app/v2.0.0', revision: tip },
      { name: 'v1.0.0', revision: tip },
      { name: 'v1.1.0', revision: tip },
    ]);
  });

  it('take two requests the first time, and then one', async () => {
    const { url, asked } = namesAt(modern);
    const list = createTagLister();

    for (let count = 0; count < commits; count += 1) await list(url);

    expect(asked()).toEqual([
      'GET /app.git/info/refs?service=git-upload-pack',
      ...Array.from({ length: commits }, () => 'POST /app.git/git-upload-pack'),
    ]);
  });

  it('take one request of a server that does not know version 2 of the protocol', async () => {
    const { url, asked } = namesAt(old);
    const list = createTagLister();

    const tags = await list(url);

    expect(tags.map(({ name, revision }) => `${name} ${revision}`).toSorted()).toEqual(
      ['app/v2.0.0', 'v1.0.0', 'v1.1.0'].map((name) => `${name} ${tip}`),
    );
    expect(asked()).toEqual(['GET /app.git/info/refs?service=git-upload-pack']);
  });

  it.each([
    ['knows version 2', () => modern],
    ['does not', () => old],
  ])('are none where there are none, of a server that %s', async (_name, server) => {
    expect(await createTagLister()(`${server().origin}/bare.git`)).toEqual([]);
  });

  it('are shown to those who may read', async () => {
    const { url } = namesAt(guarded);

    expect(await createTagLister()(url, { credentials })).toHaveLength(3);
    await expect(createTagLister()(url)).rejects.toMatchObject({ code: 'git-denied' });
  });

  it('are asked for anew where the server has forgotten what it could do', async () => {
    const { url, asked } = namesAt(modern);
    const list = createTagLister();
    await list(url);
    modern.intercept = (request, response) => {
      const isFirst = request.method === 'POST';
      if (isFirst) {
        modern.intercept = () => false;
        response.writeHead(404).end();
      }
      return isFirst;
    };

    expect(await list(url)).toHaveLength(3);
    expect(asked()).toHaveLength(5);
  });

  it('of a repository that is not there are an error', async () => {
    await expect(createTagLister()(`${modern.origin}/none.git`)).rejects.toMatchObject({
      code: 'git-not-found',
    });
  });
});
