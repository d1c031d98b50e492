import { protocolError } from './protocol-error.ts';

const damaged = (): Error => protocolError('the pack is damaged: a delta does not fit its base');

/** A size in front of a delta: seven bits a byte, the lowest first, the high bit says that more follow. */
const readSize = (delta: Buffer, offset: number): { size: number; next: number } => {
  let size = 0;
  let factor = 1;
  for (let next = offset; next < delta.length && next < offset + 7; next += 1) {
    const byte = delta[next] ?? 0;
    size += (byte & 0x7f) * factor;
    factor *= 128;
    if (byte < 0x80) return { size, next: next + 1 };
  }
  throw damaged();
};

/**
 * How long the object will be that a delta makes.
 * @throws TagboatError `git-protocol`
 */
export const deltaResultSize = (delta: Buffer): number => readSize(delta, readSize(delta, 0).next).size;

/**
 * Makes an object out of its base and a delta.
 * https://git-scm.com/docs/gitformat-pack#_deltified_representation
 * @param delta whose result size the caller has checked
 * @throws TagboatError `git-protocol` where it does not fit
 */
export const applyDelta = (base: Buffer, delta: Buffer): Buffer => {
  const from = readSize(delta, 0);
  if (from.size !== base.length) throw damaged();
  const to = readSize(delta, from.next);
  const result = Buffer.allocUnsafe(to.size);
  let written = 0;
  let at = to.next;
  const byte = (): number => {
    const value = delta[at];
    if (value === undefined) throw damaged();
    at += 1;
    return value;
  };
  const put = (source: Buffer, start: number, length: number): void => {
    if (start + length > source.length || written + length > result.length) throw damaged();
    source.copy(result, written, start, start + length);
    written += length;
  };
  while (at < delta.length) {
    const instruction = byte();
    if (instruction === 0) throw damaged();
    if (instruction < 0x80) {
      put(delta, at, instruction);
      at += instruction;
      continue;
    }
    let start = 0;
    let length = 0;
    for (let bit = 0; bit < 4; bit += 1) if (instruction & (1 << bit)) start += byte() * 256 ** bit;
    for (let bit = 0; bit < 3; bit += 1) if (instruction & (0x10 << bit)) length += byte() * 256 ** bit;
    put(base, start, length === 0 ? 0x10000 : length);
  }
  if (written !== result.length) throw damaged();
  return result;
};
