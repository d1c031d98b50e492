import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  delimiterPacket,
  encodePacket,
  flushPacket,
  lineOf,
  maxPayload,
  type Packet,
  readPackets,
} from '../../lib/git/pkt-line.ts';
import { demultiplex } from '../../lib/git/side-band.ts';

const payload = fc.uint8Array({ maxLength: 300 });

const encode = (packet: Packet): Buffer => {
  switch (packet.type) {
    case 'data':
      return encodePacket(packet.payload);
    case 'flush':
      return flushPacket;
    case 'delimiter':
      return delimiterPacket;
    case 'response-end':
      return Buffer.from('0002');
  }
};

const packet: fc.Arbitrary<Packet> = fc.oneof(
  payload.map((data) => ({ type: 'data' as const, payload: Buffer.from(data) })),
  fc.constantFrom<Packet>({ type: 'flush' }, { type: 'delimiter' }, { type: 'response-end' }),
);

describe('packets', () => {
  it('frames a line as the documentation of Git does', () => {
    expect(encodePacket('hi\n').toString()).toBe('0007hi\n');
  });

  it('come back as they went', () => {
    fc.assert(
      fc.property(fc.array(packet), (packets) => {
        expect(readPackets(Buffer.concat(packets.map(encode)))).toEqual(packets);
      }),
    );
  });

  it('carry 65516 bytes and no more', () => {
    expect(readPackets(encodePacket(Buffer.alloc(maxPayload)))).toHaveLength(1);
    expect(() => encodePacket(Buffer.alloc(maxPayload + 1))).toThrow(RangeError);
  });

  it.each([
    { name: 'a line without its newline', line: 'unpack ok', expected: 'unpack ok' },
    { name: 'a line with its newline', line: 'unpack ok\n', expected: 'unpack ok' },
    { name: 'one newline only', line: 'a\n\n', expected: 'a\n' },
  ])('reads $name', ({ line, expected }) => {
    expect(lineOf(Buffer.from(line))).toBe(expected);
  });

  it.each([
    { name: 'a length that is not hexadecimal', bytes: '<!DOCTYPE html>' },
    { name: 'the impossible length 3', bytes: '0003' },
    { name: 'a packet cut short', bytes: '0010abc' },
    { name: 'a header cut short', bytes: '00' },
  ])('refuses $name', ({ bytes }) => {
    expect(() => readPackets(Buffer.from(bytes))).toThrow(expect.objectContaining({ code: 'git-protocol' }));
  });

  it('refuses any packet cut short', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.nat(), (data, at) => {
        const whole = encodePacket(data);
        const cut = whole.subarray(0, 1 + (at % (whole.length - 1)));
        expect(() => readPackets(cut)).toThrow(expect.objectContaining({ code: 'git-protocol' }));
      }),
    );
  });
});

describe('side bands', () => {
  it('are taken apart', () => {
    const payloads = ['\u0001PA', '\u0002counting\n', '\u0001CK', '\u0002done\n'].map((part) =>
      Buffer.from(part),
    );

    const bands = demultiplex(payloads);

    expect(bands).toEqual({ data: Buffer.from('PACK'), progress: 'counting\ndone\n', fatal: undefined });
  });

  it('tell why the server gave up', () => {
    expect(demultiplex([Buffer.from('\u0003out of disk')]).fatal).toBe('out of disk');
  });

  it('keep no more than 16 KiB of what the server says', () => {
    const payloads = Array.from({ length: 100 }, () => Buffer.from(`\u0002${'x'.repeat(1000)}`));

    expect(demultiplex(payloads).progress).toHaveLength(16_384);
  });

  it('refuse a band that does not exist', () => {
    expect(() => demultiplex([Buffer.from('\u0004')])).toThrow(
      expect.objectContaining({ code: 'git-protocol' }),
    );
  });
});
