import { expect, it, onTestFinished } from 'vitest';
import { createAppRepositories } from '../../lib/app/app-repositories.ts';
import { memoryRuntime } from '../functions/support/memory-runtime.ts';
import { startMemoryServer } from '../git/support/memory-server.ts';
import { configWith } from '../release/support/context.ts';

const arrange = async (fields: { readonly username?: string; readonly password?: string } = {}) => {
  const git = await startMemoryServer();
  onTestFinished(() => git.close());
  const repository = git.create('app', { 'a.txt': 'a' });
  repository.refs.set('refs/tags/v1.0.0', repository.tip());
  const config = { ...configWith(), gitHosts: { 'git.example.com': { endpoint: git.origin, ...fields } } };
  const { runtime, opened } = memoryRuntime(config, { GIT_PASSWORD: 'sesame-open-9' });
  return { git, repository, opened, tagsOf: createAppRepositories(runtime) };
};

it('asks the endpoint of the host, with the credentials that are sealed for it', async () => {
  const { git, repository, opened, tagsOf } = await arrange({ password: 'env:GIT_PASSWORD' });

  expect(await tagsOf('git.example.com/app')).toEqual([{ name: 'v1.0.0', revision: repository.tip() }]);
  expect(opened).toEqual(['gitHosts/git.example.com/password env:GIT_PASSWORD']);
  const basic = Buffer.from('x-access-token:sesame-open-9').toString('base64');
  expect(new Set(git.requests.map(({ authorization }) => authorization))).toEqual(
    new Set([`Basic ${basic}`]),
  );
});

it('asks without credentials where there are none', async () => {
  const { git, tagsOf } = await arrange();

  await tagsOf('git.example.com/app');

  expect(new Set(git.requests.map(({ authorization }) => authorization))).toEqual(new Set([undefined]));
});

it('finds a repository whose URL does not end in .git, and remembers how it ends', async () => {
  const { git, repository, tagsOf } = await arrange();
  git.intercept = (request, response) => {
    if (request.url?.startsWith('/app.git/') === true) response.writeHead(404).end();
    else request.url = request.url?.replace('/app/', '/app.git/');
    return response.writableEnded;
  };

  for (let count = 0; count < 2; count += 1)
    expect(await tagsOf('git.example.com/app')).toEqual([{ name: 'v1.0.0', revision: repository.tip() }]);

  expect(git.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /app.git/info/refs?service=git-upload-pack',
    'GET /app/info/refs?service=git-upload-pack',
    'POST /app/git-upload-pack',
    'POST /app/git-upload-pack',
  ]);
});

it('says so where there is no such repository', async () => {
  const { tagsOf } = await arrange();
  await expect(tagsOf('git.example.com/other')).rejects.toMatchObject({ code: 'git-not-found' });
});
