import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitServer } from '../../infra/local/git-server/git-server.ts';
import { selfSignedCertificate } from '../../infra/local/tls.ts';

const run = promisify(execFile);
const token = 'ghp_0123456789';

let directory: string;
let server: Server;
let url: string;
let authority: string;
let bare: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tagboat-https-'));
  const git = createGitServer({ directory, credentials: { username: 'x-access-token', password: token } });
  await git.createRepository('config', { branch: 'config', files: { 'app.yml': 'image: app:v1.0.0\n' } });
  bare = git.path('config');
  const certificate = selfSignedCertificate(['127.0.0.1']);
  authority = path.join(directory, 'ca.pem');
  await writeFile(authority, certificate.cert);
  server = createServer(certificate, (request, response) => git.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/git/config.git`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true, force: true });
});

const change = async (password: string, env: Record<string, string>): Promise<string> => {
  const script = path.join(import.meta.dirname, 'support', 'change-over-https.ts');
  const { stdout } = await run(process.execPath, [script, url, 'x-access-token', password], {
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...env },
  });
  return stdout;
};

describe('over HTTPS', () => {
  it('a token reads, commits and pushes', async () => {
    expect(await change(token, { NODE_EXTRA_CA_CERTS: authority })).toBe('pushed');

    const { stdout } = await run('git', ['--git-dir', bare, 'show', 'config:app.yml']);
    expect(stdout).toBe('image: app:v1.1.0\n');
    await run('git', ['--git-dir', bare, 'fsck', '--strict']);
  });

  it('a wrong token is refused', async () => {
    expect(await change('ghp_guess', { NODE_EXTRA_CA_CERTS: authority })).toBe('git-denied, terminal');
  });

  it('a certificate that nobody vouches for is refused, and not tried again', async () => {
    expect(await change(token, {})).toBe('git-unreachable, terminal');
  });
});
