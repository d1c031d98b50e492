import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { GitObject } from '../../../lib/git/object.ts';
import type { MemoryRepository } from './memory-repository.ts';
import { createBare } from './repository.ts';

export type Exported = AsyncDisposable & { readonly bare: string };

/**
 * Writes repositories in memory into one on disk, for Git to judge: their branches as `<name>/<branch>`, those of the repository
 * that is called `''` under their own names.
 */
export const exportToGit = async (
  repositories: Readonly<Record<string, MemoryRepository>>,
): Promise<Exported> => {
  const directory = await mkdtemp(join(tmpdir(), 'tagboat-git-'));
  const bare = join(directory, 'exported.git');
  await createBare(bare);
  const refs: string[] = [];
  const objects = new Map<string, GitObject>();
  for (const [name, repository] of Object.entries(repositories)) {
    for (const [ref, oid] of repository.refs)
      refs.push(`${oid} ${name === '' ? ref : ref.replace('refs/heads', `refs/heads/${name}`)}\n`);
    for (const [oid, object] of repository.objects) objects.set(oid, object);
  }
  for (const [oid, { type, data }] of objects) {
    const folder = join(bare, 'objects', oid.slice(0, 2));
    await mkdir(folder, { recursive: true });
    const header = Buffer.from(`${type} ${data.length}\0`);
    await writeFile(join(folder, oid.slice(2)), deflateSync(Buffer.concat([header, data])));
  }
  await writeFile(join(bare, 'packed-refs'), refs.join(''));
  return { bare, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
};
