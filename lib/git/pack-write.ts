import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { GitObject, ObjectType } from './object.ts';

const typeNumbers: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };

const entryHeader = (type: ObjectType, size: number): Buffer => {
  const bytes: number[] = [];
  let rest = Math.floor(size / 16);
  bytes.push((typeNumbers[type] << 4) | (size % 16) | (rest > 0 ? 0x80 : 0));
  while (rest > 0) {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(low | (rest > 0 ? 0x80 : 0));
  }
  return Buffer.from(bytes);
};

/** A version 2 pack of whole objects, without deltas: a commit and its few trees and blobs are not worth them. */
export const writePack = (objects: readonly GitObject[]): Buffer => {
  const header = Buffer.alloc(12);
  header.write('PACK', 0, 'latin1');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.length, 8);
  const body = Buffer.concat([
    header,
    ...objects.flatMap(({ type, data }) => [entryHeader(type, data.length), deflateSync(data)]),
  ]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
};
