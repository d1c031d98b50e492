import { createHash } from 'node:crypto';
import { TagboatError } from '../errors.ts';
import { inflateAt } from './inflate.ts';
import type { Limits } from './limits.ts';
import type { ObjectType } from './object.ts';
import { protocolError } from './protocol-error.ts';

/** One entry of a pack, inflated; a delta waits for its base, which is an offset in the pack or an id. */
type PackEntry =
  | { readonly kind: 'whole'; readonly offset: number; readonly type: ObjectType; readonly data: Buffer }
  | {
      readonly kind: 'delta';
      readonly offset: number;
      readonly base: number | string;
      readonly data: Buffer;
    };

const wholeTypes: Readonly<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const offsetDelta = 6;
const refDelta = 7;
const headerLength = 12;
const trailerLength = 20;
const oidLength = 20;
/** More objects than any config repo has; a hostile pack of empty ones would keep a function busy for minutes. */
const maxObjects = 250_000;

const truncated = (): Error => protocolError('the pack is truncated');

const byteAt = (pack: Buffer, offset: number): number => {
  const byte = pack[offset];
  if (byte === undefined) throw truncated();
  return byte;
};

/** Type and size: three bits and four bits, then seven bits a byte, the lowest first. */
const readHeader = (pack: Buffer, offset: number): { type: number; size: number; next: number } => {
  let next = offset;
  let byte = byteAt(pack, next++);
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  for (let factor = 16; byte >= 0x80; factor *= 128) {
    byte = byteAt(pack, next++);
    size += (byte & 0x7f) * factor;
  }
  return { type, size, next };
};

/** How far before the delta its base starts: seven bits a byte, the highest first, one added for every byte but the last. */
const readDistance = (pack: Buffer, offset: number): { distance: number; next: number } => {
  let next = offset;
  let byte = byteAt(pack, next++);
  let distance = byte & 0x7f;
  while (byte >= 0x80) {
    byte = byteAt(pack, next++);
    distance = (distance + 1) * 128 + (byte & 0x7f);
  }
  return { distance, next };
};

const checkFrame = (pack: Buffer): number => {
  if (pack.length < headerLength + trailerLength) throw truncated();
  if (pack.toString('latin1', 0, 4) !== 'PACK') throw protocolError('the server did not send a pack');
  const version = pack.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw protocolError(`pack version ${version} is unknown`);
  const body = pack.subarray(0, pack.length - trailerLength);
  if (!createHash('sha1').update(body).digest().equals(pack.subarray(body.length)))
    throw protocolError('the pack is truncated or damaged: its checksum does not match');
  const count = pack.readUInt32BE(8);
  if (count > maxObjects) throw new TagboatError('git-too-large', `the server sent ${count} objects at once`);
  return count;
};

/**
 * Reads the entries of a pack and checks its checksum: https://git-scm.com/docs/gitformat-pack
 * @throws TagboatError `git-protocol`, `git-too-large`
 */
export const readPackEntries = (
  pack: Buffer,
  limits: Pick<Limits, 'objectBytes' | 'inflatedBytes'>,
): readonly PackEntry[] => {
  const count = checkFrame(pack);
  const body = pack.subarray(0, pack.length - trailerLength);
  const entries: PackEntry[] = [];
  let total = 0;
  let offset = headerLength;
  for (let index = 0; index < count; index += 1) {
    const header = readHeader(body, offset);
    total += header.size;
    if (header.size > limits.objectBytes || total > limits.inflatedBytes)
      throw new TagboatError('git-too-large', 'the objects that the server sent are too large');
    let start = header.next;
    let base: number | string = '';
    const type = wholeTypes[header.type];
    if (header.type === offsetDelta) {
      const { distance, next } = readDistance(body, start);
      base = offset - distance;
      start = next;
    } else if (header.type === refDelta) {
      base = body.toString('hex', start, start + oidLength);
      start += oidLength;
    } else if (type === undefined)
      throw protocolError(`the pack holds an object of the unknown type ${header.type}`);
    const { data, end } = inflateAt(body, start, header.size);
    entries.push(
      type === undefined ? { kind: 'delta', offset, base, data } : { kind: 'whole', offset, type, data },
    );
    offset = end;
  }
  if (offset !== body.length) throw protocolError('the pack is longer than it says');
  return entries;
};
