import { protocolError } from './protocol-error.ts';

/**
 * pkt-line framing: four hex digits of length, themselves included, then the payload. Lengths 0 to 2 are markers.
 * https://git-scm.com/docs/gitprotocol-common#_pkt_line_format
 */
export type Packet =
  | { readonly type: 'data'; readonly payload: Buffer }
  | { readonly type: 'flush' }
  | { readonly type: 'delimiter' }
  | { readonly type: 'response-end' };

/** The most bytes one packet can carry. */
export const maxPayload = 65_516;

const headerLength = 4;
const lengthPattern = /^[0-9a-fA-F]{4}$/;

export const flushPacket: Buffer = Buffer.from('0000');
export const delimiterPacket: Buffer = Buffer.from('0001');

/**
 * One packet.
 * @param payload at most `maxPayload` bytes
 * @throws RangeError where it is longer: a defect of the caller
 */
export const encodePacket = (payload: string | Uint8Array): Buffer => {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  if (bytes.length > maxPayload) throw new RangeError(`a packet cannot carry ${bytes.length} bytes`);
  const header = (bytes.length + headerLength).toString(16).padStart(headerLength, '0');
  return Buffer.concat([Buffer.from(header), bytes]);
};

/**
 * Reads one packet.
 * @returns the packet, and where the next one starts
 * @throws TagboatError `git-protocol` for a malformed length or a packet cut short
 */
export const readPacket = (bytes: Buffer, offset: number): { packet: Packet; next: number } => {
  if (offset + headerLength > bytes.length) throw protocolError('the answer of the server ends early');
  const header = bytes.toString('latin1', offset, offset + headerLength);
  if (!lengthPattern.test(header)) throw protocolError('the server did not answer in packets');
  const length = Number.parseInt(header, 16);
  const start = offset + headerLength;
  if (length === 0) return { packet: { type: 'flush' }, next: start };
  if (length === 1) return { packet: { type: 'delimiter' }, next: start };
  if (length === 2) return { packet: { type: 'response-end' }, next: start };
  if (length === 3) throw protocolError('the server sent a packet of an impossible length');
  const next = offset + length;
  if (next > bytes.length) throw protocolError('the answer of the server ends early');
  return { packet: { type: 'data', payload: bytes.subarray(start, next) }, next };
};

/**
 * Reads packets up to the end of the bytes.
 * @throws TagboatError `git-protocol`
 */
export const readPackets = (bytes: Buffer): readonly Packet[] => {
  const packets: Packet[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const { packet, next } = readPacket(bytes, offset);
    packets.push(packet);
    offset = next;
  }
  return packets;
};

/** What the packets carry, without the markers between them. */
export const payloadsOf = (packets: readonly Packet[]): readonly Buffer[] =>
  packets.flatMap((packet) => (packet.type === 'data' ? [packet.payload] : []));

/** The payload as a line of text, without the newline that may end it. */
export const lineOf = (payload: Buffer): string => payload.toString('utf8').replace(/\n$/, '');
