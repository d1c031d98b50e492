import { TagboatError } from '../errors.ts';

/** What the server sent is not the Git protocol, or does not match its checksum: code `git-protocol`. */
export const protocolError = (message: string, cause?: unknown): TagboatError =>
  new TagboatError('git-protocol', message, { cause });
