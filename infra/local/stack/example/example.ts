import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const repository = join(import.meta.dirname, 'config-repo');

/** The files of the example config repo's `config` branch: path with `/` → text. */
export const exampleFiles = (): Record<string, string> => {
  const entries = readdirSync(repository, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [relative(repository, path).split(sep).join('/'), readFileSync(path, 'utf8')] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** Where `exampleConfig` expects the local stack; started elsewhere, it replaces this text first. */
export const exampleOrigin = 'http://127.0.0.1:8787';

/** The example's tagboat.yml, as text. */
export const exampleConfig = readFileSync(join(import.meta.dirname, 'tagboat.yml'), 'utf8');
