/**
 * As much of ASN.1 DER as a certificate is made of: each function answers a complete tag-length-value.
 * Source: ITU-T X.690
 */
const tlv = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(contents);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length]), bytes, content]);
};

const objectIdentifier = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tlv(0x06, Buffer.from(bytes));
};

const pad = (value: number): string => String(value).padStart(2, '0');

export const der = {
  sequence: (...items: readonly Uint8Array[]): Buffer => tlv(0x30, ...items),
  set: (...items: readonly Uint8Array[]): Buffer => tlv(0x31, ...items),
  /** A positive integer, from its big-endian bytes. */
  integer: (bytes: Uint8Array): Buffer =>
    tlv(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes),
  boolean: (value: boolean): Buffer => tlv(0x01, Buffer.from([value ? 0xff : 0])),
  octets: (bytes: Uint8Array): Buffer => tlv(0x04, bytes),
  /** @param unused how many of the last bits do not count */
  bits: (bytes: Uint8Array, unused = 0): Buffer => tlv(0x03, Buffer.from([unused]), bytes),
  utf8: (text: string): Buffer => tlv(0x0c, Buffer.from(text, 'utf8')),
  objectIdentifier,
  /** UTCTime, which is what X.509 wants until 2049. */
  utcTime: (milliseconds: number): Buffer => {
    const time = new Date(milliseconds);
    const text = [
      time.getUTCFullYear() % 100,
      time.getUTCMonth() + 1,
      time.getUTCDate(),
      time.getUTCHours(),
      time.getUTCMinutes(),
      time.getUTCSeconds(),
    ];
    return tlv(0x17, Buffer.from(`${text.map(pad).join('')}Z`));
  },
  /** `[number]`, constructed where it wraps others, primitive where it replaces a tag. */
  context: (number: number, content: Uint8Array, constructed: boolean): Buffer =>
    tlv((constructed ? 0xa0 : 0x80) | number, content),
};
