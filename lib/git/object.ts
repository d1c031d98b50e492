import { createHash } from 'node:crypto';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

/** An object as Git stores it, without its header. `data` is shared: never write to it. */
export type GitObject = { readonly type: ObjectType; readonly data: Buffer };

const oidPattern = /^[0-9a-f]{40}$/;

/** True for a SHA-1 object id in lower-case hex. */
export const isOid = (text: string): boolean => oidPattern.test(text);

/** The object's id: SHA-1 over `<type> <size>\0` and its bytes, in hex. */
export const oidOf = (type: ObjectType, data: Uint8Array): string =>
  createHash('sha1').update(`${type} ${data.length}\0`).update(data).digest('hex');
