import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { selfSignedCertificate } from '@tagboat/embedded-cluster';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createGitServer } from '../../infra/local/emulators/git-server/git-server.ts';
import { git } from '../git/support/repository.ts';
import { runCommand, useShell } from '../git/support/shell.ts';
import { startProxy } from './support/proxy.ts';

/** One place that is a Git server, a registry and an API server. */
useShell();
const digest = `sha256:${'a'.repeat(64)}`;
let directory: string;
let server: Server;
let host: string;
let authority: string;
let revision: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tagboat-proxy-'));
  const repositories = createGitServer({ directory });
  await repositories.createRepository('config', {
    branch: 'config',
    files: { 'app.yml': 'image: app:v1\n' },
  });
  revision = await git(repositories.path('config'), 'rev-parse', 'config');
  const certificate = selfSignedCertificate(['127.0.0.1']);
  authority = certificate.cert;
  await writeFile(path.join(directory, 'ca.pem'), authority);
  server = createServer(certificate, (request, response) => {
    if (request.url?.startsWith('/git/')) repositories.handle(request, response);
    else if (request.url === '/version') response.end('{"minor":"32"}');
    else response.writeHead(200, { 'docker-content-digest': digest }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true, force: true });
});

/** What the three answer to a process with these variables. */
const ask = async (env: Readonly<Record<string, string>>): Promise<unknown> => {
  const script = path.join(import.meta.dirname, 'support', 'ask-three.ts');
  const { status, stdout, stderr } = await runCommand({
    command: [process.execPath, script, `https://${host}`, Buffer.from(authority).toString('base64')],
    env: {
      PATH: process.env.PATH,
      NODE_NO_WARNINGS: '1',
      NODE_EXTRA_CA_CERTS: path.join(directory, 'ca.pem'),
      ...env,
    },
  });
  expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout.toString());
};

const start = async (options?: { readonly refuses: boolean }) => {
  const proxy = await startProxy(options);
  onTestFinished(() => proxy.close());
  return proxy;
};

describe('Git hosts, registries and clusters behind a proxy', () => {
  it('are reached through that of HTTPS_PROXY', async () => {
    const proxy = await start();

    const answers = await ask({ NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: proxy.url });

    expect(answers).toEqual([revision, digest, { minor: '32' }]);
    expect([...proxy.targets]).toEqual([host, host, host]);
  });

  it('are reached without it where NO_PROXY has them', async () => {
    const proxy = await start();

    const answers = await ask({ NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1' });

    expect(answers).toEqual([revision, digest, { minor: '32' }]);
    expect(proxy.targets).toEqual([]);
  });

  it('are not reached, and asked again later, where the proxy refuses', async () => {
    const proxy = await start({ refuses: true });

    const answers = await ask({ NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: proxy.url });

    expect(answers).toEqual(['git-unreachable', 'registry-unreachable', 'cluster-unreachable']);
  });
});
