import { TagboatError } from '../../../lib/errors.ts';

/** What lies with the machine or the account, and not with what a file holds: moving the file away would not help. */
const causes: Readonly<Record<string, string>> = {
  EACCES: 'this account may not',
  EPERM: 'this account may not',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** LevelDB says it in words: https://github.com/google/leveldb/blob/main/util/env_posix.cc (PosixError) */
const words = [
  [/permission denied/i, 'EACCES'],
  [/read-only file system/i, 'EROFS'],
  [/no space left/i, 'ENOSPC'],
  [/too many open files/i, 'EMFILE'],
] as const;

/**
 * The error as one that says what to do, where the state directory cannot be used as it is; undefined where it is about
 * something else.
 */
export const stateUnusable = (error: unknown, directory: string): TagboatError | undefined => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { message } = cause;
    const code = 'code' in cause ? String(cause.code) : '';
    const known = Object.hasOwn(causes, code) ? code : words.find(([pattern]) => pattern.test(message))?.[1];
    if (known !== undefined)
      return new TagboatError('local-state-unusable', `${directory}: ${causes[known]} (${message})`, {
        cause: error,
      });
  }
  return undefined;
};
