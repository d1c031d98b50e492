import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TagboatError } from '../../../../lib/errors.ts';
import { gitEnvironment } from './git.ts';

/** Git stays where it is while a process runs; asking it takes a process. */
const found = new Map<string, string>();

/**
 * Path of `git-http-backend`, which git keeps among its own programs and not on the path.
 * @param git name or path of the git program
 * @throws TagboatError `local-tool-missing`, which says what to install
 */
export const findBackend = (git = 'git'): string => {
  const known = found.get(git);
  if (known !== undefined) return known;
  const directory = execPath(git);
  const backend = join(directory, 'git-http-backend');
  if (existsSync(backend)) {
    found.set(git, backend);
    return backend;
  }
  throw new TagboatError(
    'local-tool-missing',
    `git http-backend is not in ${directory}: install the package that carries it ` +
      '(Debian, Ubuntu, macOS: git; Fedora, RHEL: git-core; Alpine: git-daemon)',
  );
};

const execPath = (git: string): string => {
  try {
    return execFileSync(git, ['--exec-path'], { encoding: 'utf8', env: gitEnvironment() }).trim();
  } catch (cause) {
    throw new TagboatError('local-tool-missing', 'git is not installed, or not on the path: install git', {
      cause,
    });
  }
};
