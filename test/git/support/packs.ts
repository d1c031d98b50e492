import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

/** Entry types of a pack. */
export const packTypes = { commit: 1, tree: 2, blob: 3, offsetDelta: 6, refDelta: 7 } as const;

/** A size as deltas begin with: seven bits a byte, the lowest first. */
export const deltaSize = (size: number): Buffer => {
  const bytes: number[] = [];
  let rest = size;
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
};

/** One entry, made by hand, so that what it says about itself need not be true. */
export const packEntry = (
  type: number,
  data: Buffer,
  options: { readonly size?: number; readonly base?: Buffer } = {},
): Buffer => {
  const size = options.size ?? data.length;
  const first = (type << 4) | (size % 16) | (size >= 16 ? 0x80 : 0);
  const rest = size >= 16 ? deltaSize(Math.floor(size / 16)) : Buffer.alloc(0);
  return Buffer.concat([
    Buffer.from([first]),
    rest,
    options.base ?? Buffer.alloc(0),
    deflateSync(data, { level: 0 }),
  ]);
};

/** A pack of such entries, with the right checksum. */
export const packOf = (entries: readonly Buffer[], count = entries.length): Buffer => {
  const header = Buffer.alloc(12);
  header.write('PACK');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(count, 8);
  const body = Buffer.concat([header, ...entries]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
};
