import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createGitServer } from '../../../../infra/local/emulators/git-server/git-server.ts';
import { useShell } from '../../../git/support/shell.ts';
import { serve } from '../registry/serve.ts';
import { git, temporaryDirectory } from './git.ts';

const files = { 'README.md': '# okeydokey\n' };

useShell();

describe('local Git server', () => {
  it('answers what is not a repository of its own with an error', async () => {
    await using work = await temporaryDirectory();
    const gitServer = createGitServer({ directory: work.path });
    await gitServer.createRepository('okeydokey', { branch: 'config', files });
    await using http = await serve((request, response) => gitServer.handle(request, response));
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
    const credentials = { username: 'x-access-token', password: 's3:cret' };
    const gitServer = createGitServer({ directory: work.path, credentials });
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
    const url = `http://x-access-token:s3%3Acret@127.0.0.1:${http.port}/git/okeydokey.git`;
    expect(await git(work.path, 'ls-remote', url, 'config')).toMatch(/^[0-9a-f]{40}\trefs\/heads\/config$/);
  });
});
