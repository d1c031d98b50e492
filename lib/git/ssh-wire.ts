/** Data types of SSH: https://www.rfc-editor.org/rfc/rfc4251#section-5 */

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** `string`: length and bytes. */
export const sshString = (content: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([uint32(bytes.length), bytes]);
};

/** A non-negative number without zero bytes in front. */
export const magnitude = (bytes: Uint8Array): Buffer => {
  const from = bytes.findIndex((byte) => byte !== 0);
  return Buffer.from(from === -1 ? [] : bytes.subarray(from));
};

/** `mpint` of a non-negative number: a zero byte in front where the highest bit is set, and nowhere else. */
export const mpint = (bytes: Uint8Array): Buffer => {
  const number = magnitude(bytes);
  return sshString((number[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), number]) : number);
};

export type WireReader = {
  readonly uint32: () => number;
  readonly string: () => Buffer;
  readonly text: () => string;
  /** What is left. */
  readonly rest: () => Buffer;
};

/** Reads one after the other; throws a RangeError where the data end too early. */
export const createWireReader = (data: Buffer): WireReader => {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > data.length) throw new RangeError('the data end too early');
    at += length;
    return data.subarray(at - length, at);
  };
  const readUint32 = (): number => take(4).readUInt32BE();
  const string = (): Buffer => take(readUint32());
  return {
    uint32: readUint32,
    string,
    text: () => string().toString('latin1'),
    rest: () => take(data.length - at),
  };
};
