import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { selfSignedCertificate } from '@tagboat/embedded-cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitServer } from '../../infra/local/emulators/git-server/git-server.ts';
import { git } from './support/repository.ts';
import { runCommand, useShell } from './support/shell.ts';

useShell();

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

const change = async (passwords: readonly string[], env: Record<string, string>): Promise<string> => {
  const script = path.join(import.meta.dirname, 'support', 'change-over-https.ts');
  const { status, stdout, stderr } = await runCommand({
    command: [process.execPath, script, url, 'x-access-token', ...passwords],
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1', ...env },
  });
  expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
  return stdout.toString();
};

describe('over HTTPS', () => {
  it('a token reads, commits and pushes, and a wrong token is refused', async () => {
    expect(await change(['ghp_guess', token], { NODE_EXTRA_CA_CERTS: authority })).toBe(
      'git-denied, terminal\npushed\n',
    );

    expect(await git(bare, 'show', 'config:app.yml')).toBe('image: app:v1.1.0');
    await git(bare, 'fsck', '--strict');
  });

  it('a certificate that nobody vouches for is refused, and not tried again', async () => {
    expect(await change([token], {})).toBe('git-unreachable, terminal\n');
  });
});
