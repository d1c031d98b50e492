import { dirname } from 'node:path';
import { startGitServer } from '../../git/support/git-server.ts';
import { exportToGit } from '../../git/support/memory-export.ts';
import { createMemoryRepository } from '../../git/support/memory-repository.ts';
import { git, gitBytes } from '../../git/support/repository.ts';

/** What `git fast-import` reads: replaces one file at the tip. */
const commitStream = (branch: string, file: string, text: string, message: string): string =>
  [
    `commit refs/heads/${branch}\ncommitter Other <other@example.com> 1772600767 +0000\n`,
    `data ${Buffer.byteLength(message)}\n${message}\nfrom refs/heads/${branch}^0\n`,
    `M 100644 inline ${file}\ndata ${Buffer.byteLength(text)}\n${text}\ndone\n`,
  ].join('');

/**
 * `git http-backend` on loopback with one config repo, and git itself to look at the outcome. It is dear, and for what git is to
 * judge: `startMemoryConfigRepo` is for the rest. A file that uses it calls `useShell`.
 */
export const startConfigRepo = async (files: Readonly<Record<string, string>>, branch = 'config') => {
  const exported = await exportToGit({ '': createMemoryRepository(files, branch) });
  const { bare } = exported;
  const server = await startGitServer({ directory: dirname(bare) });
  return {
    url: `${server.origin}/exported.git`,
    branch,
    git: async (...args: readonly string[]): Promise<string> => (await git(bare, ...args)).trim(),
    /** Another person's commit: replaces one file at the tip. */
    commitFile: async (file: string, text: string, message: string): Promise<void> => {
      const input = Buffer.from(commitStream(branch, file, text, message));
      await gitBytes(bare, ['fast-import', '--quiet', '--done'], { input });
    },
    commits: async () => Number(await git(bare, 'rev-list', '--count', branch)),
    file: async (name: string) => (await gitBytes(bare, ['show', `${branch}:${name}`])).toString(),
    close: async () => {
      await server.close();
      await exported[Symbol.asyncDispose]();
    },
  };
};
