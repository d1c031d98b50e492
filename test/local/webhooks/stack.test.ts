import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { run } from '../../../bin/commands/hook.ts';
import { temporaryDirectory } from '../../integration/support/process.ts';
import { ended, startExample } from '../../integration/support/stack.ts';

it('tagboat hook announces a tag to a running stack as each source of its tagboat.yml would', async () => {
  const stateDirectory = temporaryDirectory();
  const { stack } = await startExample({ stateDirectory });
  const hook = async (...args: readonly string[]) => {
    let stdout = '';
    let stderr = '';
    const code = await run([...args, '--state', stateDirectory], {
      stdin: Readable.from([]),
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      env: {},
    });
    return { code, stdout, stderr };
  };

  const github = await hook('github', 'v0.0.9');
  const { releases } = JSON.parse(github.stdout.slice('202 '.length));
  const gitHosts = ['gitlab', 'gitea', 'forgejo', 'bitbucket', 'azure-devops'];
  const registries = [
    'dockerhub',
    'distribution',
    'quay',
    'harbor',
    'gitlab-registry',
    'jfrog',
    'nexus',
    'generic',
  ];
  const printed = await hook('github', 'v0.1.0', '--print');
  const unknown = await hook('nowhere', 'v0.0.9');
  const elsewhere = await hook('ghcr', 'v0.0.9');

  expect(github).toMatchObject({ code: 0, stderr: '' });
  expect(await ended(stack, { releases })).toMatchObject({ state: 'healthy', tag: 'v0.0.9' });
  // It is on record already, whoever says it again.
  for (const name of gitHosts) {
    const { code, stdout } = await hook(name, 'v0.0.9');
    expect([name, code, JSON.parse(stdout.slice('202 '.length)).releases]).toEqual([
      ...[name, 0],
      [expect.objectContaining({ id: releases[0].id, created: false })],
    ]);
  }
  for (const name of registries) {
    const { code, stdout } = await hook(name, 'v0.0.9');
    expect([name, code, JSON.parse(stdout.slice('202 '.length)).skipped]).toEqual([
      ...[name, 0],
      [expect.objectContaining({ app: 'okeydokey', tag: 'v0.0.9', reason: 'other-trigger' })],
    ]);
  }
  expect(printed.stdout).toContain(`curl -sS ${stack.url}/webhooks/github`);
  expect([elsewhere.code, elsewhere.stderr]).toEqual([1, expect.stringContaining('cannot announce')]);
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toMatch(/^tagboat\.yml has no source nowhere; it has github, /);
});
