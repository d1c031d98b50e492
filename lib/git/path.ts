import { TagboatError } from '../errors.ts';

/** What HFS+ ignores in a name, so that `.g\u200cit` is `.git` there (`next_hfs_char` in Git's `utf8.c`). */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** `.git` itself, and what a case-insensitive or Windows file system takes for it (`verify_path` in Git's `read-cache.c`). */
const isDotGit = (name: string): boolean =>
  /^(?:\.git|git~1)[ .]*(?::.*)?$/i.test(name.replace(ignoredByHfs, ''));

const reasonAgainst = (path: string): string | undefined => {
  if (path === '') return 'it is empty';
  if (path.includes('\0')) return 'it holds a NUL';
  if (path.startsWith('/')) return 'it is absolute';
  const components = path.split('/');
  if (components.includes('..') || components.includes('.')) return 'it holds `.` or `..`';
  if (components.includes('')) return 'it holds an empty component';
  if (components.some(isDotGit)) return 'it leads into `.git`';
  return undefined;
};

/**
 * The components of a path within the repository.
 * @throws TagboatError `manifest-path-refused` where it is absolute, leaves the repository, or leads into `.git`
 */
export const splitPath = (path: string): readonly string[] => {
  const reason = reasonAgainst(path);
  if (reason !== undefined)
    throw new TagboatError('manifest-path-refused', `the path ${JSON.stringify(path)} is refused: ${reason}`);
  return path.split('/');
};

/** True for a name that a working tree could hold; a hostile tree may hold others. */
export const isSafeName = (name: string): boolean => !name.includes('/') && reasonAgainst(name) === undefined;
