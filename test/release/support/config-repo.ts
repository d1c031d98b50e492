import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createGitServer } from '../../../infra/local/git-server/git-server.ts';

const run = promisify(execFile);

/** `git http-backend` on loopback with one config repo, and git itself to look at the outcome. */
export const startConfigRepo = async (files: Readonly<Record<string, string>>, branch = 'config') => {
  const directory = await mkdtemp(join(tmpdir(), 'tagboat-config-repo-'));
  const server = createGitServer({ directory });
  await server.createRepository('okeydokey', { branch, files });
  const requests: string[] = [];
  const http = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    server.handle(request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const path = server.path('okeydokey');
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run('git', ['--git-dir', path, ...args])).stdout.trim();

  /** Somebody else's commit: replaces one file at the tip. */
  const commitFile = async (file: string, text: string, message: string): Promise<string> => {
    const work = await mkdtemp(join(tmpdir(), 'tagboat-other-'));
    const other = (...args: readonly string[]) =>
      run('git', ['-C', work, '-c', 'user.name=Other', '-c', 'user.email=other@example.com', ...args]);
    await run('git', ['clone', '--quiet', '--branch', branch, path, work]);
    await import('node:fs/promises').then((fs) => fs.writeFile(join(work, file), text));
    await other('add', '.');
    await other('commit', '--quiet', '-m', message);
    await other('push', '--quiet', 'origin', branch);
    await rm(work, { recursive: true, force: true });
    return git('rev-parse', branch);
  };

  return {
    url: `http://127.0.0.1:${port}/git/okeydokey.git`,
    branch,
    path,
    git,
    requests,
    commitFile,
    commits: async () => Number(await git('rev-list', '--count', branch)),
    file: async (name: string) => (await run('git', ['--git-dir', path, 'show', `${branch}:${name}`])).stdout,
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
};
