import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createObjectCache, openRemote } from '../../lib/git/remote.ts';
import { type GitServer, startGitServer } from './support/git-server.ts';
import { change, meta, openMain } from './support/remote-fixture.ts';
import { configure, createWorkspace, git, type Workspace } from './support/repository.ts';
import { useShell } from './support/shell.ts';

const credentials = { username: 'x-access-token', password: 'sesame-open-9' };
const files = { 'deployment/deployment.yml': 'image: okeydokey:1.0.0\n' };

useShell();
let workspace: Workspace;
let server: GitServer;
/** One repository, with the hooks of each test in turn: what is known of it saves all but the first most of their requests. */
const cache = createObjectCache();
const branch = () => join(bare, 'refs/heads/main');
let bare: string;
let first: string;
beforeAll(async () => {
  workspace = await createWorkspace();
  server = await startGitServer({ directory: workspace.directory });
  bare = await workspace.createRepository('hooked', files);
  first = await readFile(branch(), 'utf8');
});
afterAll(async () => {
  await server.close();
  await workspace.remove();
});
afterEach(async () => {
  await rm(join(bare, 'hooks'), { recursive: true });
  await mkdir(join(bare, 'hooks'));
  await writeFile(branch(), first);
});
const hook = async (name: string, script: string): Promise<void> => {
  const path = join(bare, 'hooks', name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
};
const push = async (): Promise<string> => {
  const tip = await openMain(server, 'hooked', cache).tip({ fresh: true });
  return (await tip.commit(change('deployment/deployment.yml', 'image: okeydokey:1.1.0\n'), meta)).type;
};

describe('a push that the server refuses', () => {
  it('is refused in the words of the hook', async () => {
    await hook('pre-receive', 'echo "only on weekdays" >&2; exit 1');

    await expect(push()).rejects.toThrow(
      expect.objectContaining({
        code: 'git-push-refused',
        retry: 'terminal',
        message: 'the Git server refuses the push: pre-receive hook declined; only on weekdays',
      }),
    );
    expect(await readFile(branch(), 'utf8')).toBe(first);
  });

  it('is refused in the words of GitLab, whose hook speaks through the side band', async () => {
    await hook(
      'pre-receive',
      'echo "GitLab: You are not allowed to push code to protected branches on this project." >&2; exit 1',
    );

    await expect(push()).rejects.toThrow(
      expect.objectContaining({
        code: 'git-push-refused',
        message:
          'the Git server refuses the push: pre-receive hook declined; GitLab: You are not allowed to push code to protected branches on this project.',
      }),
    );
  });

  it('is not taken for a moved branch, whatever the hook says', async () => {
    await hook('update', 'echo "failed to update ref: fetch first" >&2; exit 1');

    await expect(push()).rejects.toThrow(expect.objectContaining({ code: 'git-push-refused' }));
  });

  it('has no control characters, no password and no novel in its message', async () => {
    await hook(
      'pre-receive',
      `printf '\\033[31mred\\033[0m\\r\\n\\a%s\\n' "${credentials.password}" >&2; yes novel | head -c 50000 >&2; exit 1`,
    );
    const remote = openRemote({ url: `${server.origin}/hooked.git`, branch: 'main', credentials });
    const tip = await remote.tip();

    const error = await tip.commit(change('a.yml', 'x'), meta).catch((caught: unknown) => caught);

    const message = error instanceof Error ? error.message : '';
    expect(message).toMatch(
      /^the Git server refuses the push: pre-receive hook declined; red; \*\*\*; novel; novel/,
    );
    expect(message.length).toBeLessThan(700);
  });

  it('is refused where the server takes none', async () => {
    const readOnly = await workspace.createRepository('read-only', files);
    await configure(readOnly, 'http.receivepack', 'false');
    const tip = await openMain(server, 'read-only').tip();

    await expect(tip.commit(change('a.yml', 'x'), meta)).rejects.toThrow(
      expect.objectContaining({ code: 'git-denied' }),
    );
  });

  it('does not spoil the next one', async () => {
    await hook('pre-receive', 'exit 1');
    await expect(push()).rejects.toThrow(expect.objectContaining({ code: 'git-push-refused' }));
    await hook('pre-receive', 'exit 0');

    expect(await push()).toBe('pushed');

    expect(await git(bare, 'show', 'main:deployment/deployment.yml')).toBe('image: okeydokey:1.1.0');
    expect(await git(bare, 'fsck', '--strict', '--full')).toBe('');
  });
});
