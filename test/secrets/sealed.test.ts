import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDirect, formatEnvelope, parseSealed } from '../../lib/secrets/sealed.ts';

const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });

const damaged = { code: 'secret-damaged', message: 'the sealed value of api/token is incomplete or altered' };

describe('the sealed form', () => {
  it('gives back every ciphertext', () => {
    fc.assert(
      fc.property(bytes(1, 300), (ciphertext) => {
        const sealed = parseSealed(formatDirect(ciphertext).slice('kms:'.length), 'api/token');

        expect(sealed).toEqual({ type: 'direct', ciphertext: Buffer.from(ciphertext), checked: true });
      }),
    );
  });

  it('gives back every envelope', () => {
    fc.assert(
      fc.property(
        bytes(0, 300),
        bytes(12, 12),
        bytes(0, 300),
        bytes(16, 16),
        (wrappedKey, iv, ciphertext, tag) => {
          const sealed = parseSealed(
            formatEnvelope({ wrappedKey, iv, ciphertext, tag }).slice(4),
            'api/token',
          );

          expect(sealed).toEqual({
            type: 'envelope',
            envelope: {
              wrappedKey: Buffer.from(wrappedKey),
              iv: Buffer.from(iv),
              ciphertext: Buffer.from(ciphertext),
              tag: Buffer.from(tag),
            },
          });
        },
      ),
    );
  });

  it('finds every truncation, and every character that was changed', () => {
    const text = formatDirect(Buffer.from('a ciphertext of some length')).slice('kms:'.length);
    for (let index = 1; index < text.length; index += 1) {
      const changed = `${text.slice(0, index)}${text[index] === 'A' ? 'B' : 'A'}${text.slice(index + 1)}`;
      expect(() => parseSealed(text.slice(0, index), 'api/token'), text.slice(0, index)).toThrow(
        expect.objectContaining(damaged),
      );
      expect(() => parseSealed(changed, 'api/token'), changed).toThrow(expect.objectContaining(damaged));
    }
  });

  it.each([
    ['nothing', ''],
    ['no base64', 'hunter2!'],
    ['base64 cut in the middle of a byte', 'AQICAHh'],
    ['an envelope shorter than its parts', formatDirect(Buffer.from('x')).slice(4).replace('d1', 'e1')],
    ['only the mark of a form', 'd1.'],
  ])('refuses %s', (_, text) => {
    expect(() => parseSealed(text, 'api/token')).toThrow(expect.objectContaining(damaged));
  });

  it('takes what `aws kms encrypt` prints as it is', () => {
    expect(parseSealed('AQICAHg=', 'api/token')).toEqual({
      type: 'direct',
      ciphertext: Buffer.from([1, 2, 2, 0, 0x78]),
      checked: false,
    });
  });
});
