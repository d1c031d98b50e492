/** A field of a message as it stands on the wire: a number, or bytes with their length. */
export type WireField = { readonly number: number; readonly value: number | Buffer };

/**
 * The fields of a message, in their order; undefined where the bytes are none.
 * https://protobuf.dev/programming-guides/encoding/
 */
export const readFields = (message: Buffer): readonly WireField[] | undefined => {
  const fields: WireField[] = [];
  let at = 0;
  /** The low 64 bits as a signed number: exact up to 2^53. */
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at] ?? 0;
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) break;
    }
    return Number(BigInt.asIntN(64, value));
  };
  while (at < message.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag & 7) {
      case 0:
        fields.push({ number, value: varint() });
        break;
      case 2: {
        const length = varint();
        if (length < 0 || at + length > message.length) return undefined;
        fields.push({ number, value: message.subarray(at, at + length) });
        at += length;
        break;
      }
      default:
        return undefined;
    }
  }
  return at === message.length ? fields : undefined;
};
