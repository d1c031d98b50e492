import { inflateSync, type ZlibOptions } from 'node:zlib';
import { protocolError } from './protocol-error.ts';

type Inflated = { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };

/** With `info`, zlib says how many bytes it took; the type definitions do not know that. */
const inflateWithInfo = inflateSync as unknown as (
  bytes: Buffer,
  options: ZlibOptions & { info: true },
) => Inflated;

/**
 * Inflates the zlib stream that starts at `offset` and has no end mark but its own, as packs hold them.
 * @param size what it must come to, in bytes; never more than this is allocated
 * @returns the bytes, and where in `bytes` the stream ended
 * @throws TagboatError `git-protocol` for a damaged or truncated stream, or another size
 */
export const inflateAt = (bytes: Buffer, offset: number, size: number): { data: Buffer; end: number } => {
  let inflated: Inflated;
  try {
    inflated = inflateWithInfo(bytes.subarray(offset), {
      info: true,
      // One more than expected, so that the stream's end is seen in the first pass
      chunkSize: Math.max(64, size + 1),
      maxOutputLength: Math.max(1, size),
    });
  } catch (error) {
    throw protocolError('the pack is truncated or damaged: an object does not inflate', error);
  }
  if (inflated.buffer.length !== size)
    throw protocolError('the pack is damaged: an object is not of the size it says');
  return { data: inflated.buffer, end: offset + inflated.engine.bytesWritten };
};
