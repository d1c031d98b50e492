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
  const dockerhub = await hook('dockerhub', 'v0.0.9');
  const registry = await hook('distribution', 'v0.0.9');
  const printed = await hook('github', 'v0.1.0', '--print');
  const unknown = await hook('gitea', 'v0.0.9');

  expect(github).toMatchObject({ code: 0, stderr: '' });
  expect(await ended(stack, { releases })).toMatchObject({ state: 'healthy', tag: 'v0.0.9' });
  for (const { code, stdout } of [dockerhub, registry]) {
    expect(code).toBe(0);
    expect(JSON.parse(stdout.slice('202 '.length)).skipped).toEqual([
      expect.objectContaining({ app: 'okeydokey', tag: 'v0.0.9', reason: 'other-trigger' }),
    ]);
  }
  expect(printed.stdout).toContain(`curl -sS ${stack.url}/webhooks/github`);
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toMatch(/^tagboat\.yml has no source gitea; it has github, /);
});
