import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createGitServer } from '../../../infra/local/emulators/git-server/git-server.ts';
import { checkConfiguration } from '../../../infra/local/stack/preflight.ts';
import type { Config } from '../../../lib/config/types.ts';
import { createSecrets } from '../../../lib/secrets/unseal.ts';
import { serve } from '../emulators/registry/serve.ts';

const kubeconfig = `
current-context: a
clusters: [{ name: a, cluster: { server: 'https://127.0.0.1:1' } }]
users: [{ name: a, user: { token: abc } }]
contexts: [{ name: a, context: { cluster: a, user: a } }]
`;

const temporaryDirectory = (): string => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'tagboat-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

const check = (config: Config, baseDirectory: string) =>
  checkConfiguration({
    config,
    kubeconfigPath: '/state/kubeconfig',
    unseal: createSecrets({
      kms: () => {
        throw new Error('not asked');
      },
      local: { env: { HOOK: 'x', EMPTY: '', PASSWORD: 'pw' }, baseDirectory },
    }).unseal,
  });

const empty: Config = { clusters: {}, configRepos: {}, sources: {}, registries: {}, apps: {} };

it('finds nothing wrong where everything is there', async () => {
  const directory = temporaryDirectory();
  writeFileSync(path.join(directory, 'kubeconfig'), kubeconfig);
  const git = createGitServer({ directory, credentials: { username: 'x-access-token', password: 'pw' } });
  await git.createRepository('mine', { branch: 'config', files: { a: 'b' } });
  await using server = await serve(git.handle);

  const problems = await check(
    {
      ...empty,
      clusters: { here: { kubeconfig: 'file:kubeconfig' } },
      configRepos: {
        mine: { url: `${server.url}/git/mine.git`, branch: 'config', password: 'env:PASSWORD' },
      },
      sources: { github: { secret: 'env:HOOK' } },
    },
    directory,
  );

  expect(problems).toEqual([]);
});

it('lists every secret that does not open, with what to do', async () => {
  const problems = await check(
    {
      ...empty,
      clusters: { here: { kubeconfig: 'file:nowhere' } },
      sources: { github: { secret: 'env:NOPE' }, dockerhub: { key: 'env:EMPTY' } },
      slack: {
        signingSecret: 'kms:REPLACE_ME',
        allow: { users: [], channels: [] },
        confirm: false,
        timeZone: 'UTC',
      },
    },
    temporaryDirectory(),
  );

  expect(problems).toEqual([
    {
      severity: 'error',
      slot: 'clusters/here/kubeconfig',
      message: 'the file nowhere cannot be read',
      next: "Set the variable or create the file. The embedded cluster's is file:/state/kubeconfig.",
    },
    {
      severity: 'error',
      slot: 'sources/github/secret',
      message: 'the environment variable NOPE is not set',
      next: 'Set the variable or create the file.',
    },
    {
      severity: 'error',
      slot: 'sources/dockerhub/key',
      message: 'the environment variable EMPTY is not set',
      next: 'Set the variable or create the file.',
    },
    expect.objectContaining({
      severity: 'error',
      slot: 'slack/signingSecret',
      message: expect.stringContaining('placeholder'),
    }),
  ]);
});

it('warns of what can be mended while it runs', async () => {
  const directory = temporaryDirectory();
  writeFileSync(path.join(directory, 'kubeconfig'), 'not: a kubeconfig');
  const git = createGitServer({ directory });
  await git.createRepository('mine', { branch: 'config', files: { a: 'b' } });
  await using server = await serve(git.handle);
  const closed = await serve(() => {});
  await closed.close();

  const problems = await check(
    {
      ...empty,
      clusters: { here: { kubeconfig: 'file:kubeconfig' } },
      configRepos: {
        branchless: { url: `${server.url}/git/mine.git`, branch: 'nope' },
        unreachable: { url: `${closed.url}/git/mine.git`, branch: 'config' },
      },
    },
    directory,
  );

  expect(problems.map(({ severity, slot, message }) => [severity, slot, message])).toEqual([
    ['warning', 'clusters/here/kubeconfig', expect.stringContaining('kubeconfig')],
    ['warning', 'configRepos/branchless', expect.stringContaining('has no branch nope')],
    ['warning', 'configRepos/unreachable', expect.any(String)],
  ]);
});
