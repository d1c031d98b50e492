import { createHash } from 'node:crypto';
import { TagboatError } from '../errors.ts';

/**
 * What stands behind `kms:`. Three forms:
 *
 *     <base64>                    a KMS ciphertext, exactly as `aws kms encrypt` prints it
 *     d1.<base64url>.<checksum>   the same, made by `tagboat seal`
 *     e1.<base64url>.<checksum>   an envelope, for what KMS does not take directly (over 4,096 bytes)
 *
 * The checksum, the first 8 hex digits of SHA-256 over everything before its dot, tells a damaged value from one that
 * was sealed for another slot; KMS gives the same answer to both. It is no protection: KMS and GCM authenticate the value.
 */
type Sealed =
  | { readonly type: 'direct'; readonly ciphertext: Uint8Array; readonly checked: boolean }
  | { readonly type: 'envelope'; readonly envelope: Envelope };

/** A data key that KMS has wrapped, and what AES-256-GCM made with it; the slot is its additional data. */
export type Envelope = {
  readonly wrappedKey: Uint8Array;
  /** 12 bytes, of no other value. */
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  /** 16 bytes. */
  readonly tag: Uint8Array;
};

const ivLength = 12;
const tagLength = 16;
/** Bytes that hold the length of the wrapped key, big-endian. */
const lengthBytes = 2;

const checksum = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

const withChecksum = (form: 'd1' | 'e1', payload: Uint8Array): string => {
  const text = `${form}.${Buffer.from(payload).toString('base64url')}`;
  return `kms:${text}.${checksum(text)}`;
};

const packEnvelope = ({ wrappedKey, iv, ciphertext, tag }: Envelope): Uint8Array => {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt16BE(wrappedKey.length);
  return Buffer.concat([length, wrappedKey, iv, ciphertext, tag]);
};

const unpackEnvelope = (payload: Buffer): Envelope | undefined => {
  if (payload.length < lengthBytes) return undefined;
  const keyEnd = lengthBytes + payload.readUInt16BE(0);
  const ivEnd = keyEnd + ivLength;
  const ciphertextEnd = payload.length - tagLength;
  if (ciphertextEnd < ivEnd) return undefined;
  return {
    wrappedKey: payload.subarray(lengthBytes, keyEnd),
    iv: payload.subarray(keyEnd, ivEnd),
    ciphertext: payload.subarray(ivEnd, ciphertextEnd),
    tag: payload.subarray(ciphertextEnd),
  };
};

/** `kms:d1.…` */
export const formatDirect = (ciphertext: Uint8Array): string => withChecksum('d1', ciphertext);

/** `kms:e1.…` */
export const formatEnvelope = (envelope: Envelope): string => withChecksum('e1', packEnvelope(envelope));

const parse = (text: string): Sealed | undefined => {
  const form = text.slice(0, 3);
  if (form !== 'd1.' && form !== 'e1.') {
    const ciphertext = Buffer.from(text, 'base64');
    return text !== '' && ciphertext.toString('base64') === text
      ? { type: 'direct', ciphertext, checked: false }
      : undefined;
  }
  const dot = text.lastIndexOf('.');
  if (dot < form.length || checksum(text.slice(0, dot)) !== text.slice(dot + 1)) return undefined;
  const payload = Buffer.from(text.slice(form.length, dot), 'base64url');
  if (form === 'd1.')
    return payload.length === 0 ? undefined : { type: 'direct', ciphertext: payload, checked: true };
  const envelope = unpackEnvelope(payload);
  return envelope === undefined ? undefined : { type: 'envelope', envelope };
};

/**
 * Takes apart what stands behind `kms:`.
 * @throws TagboatError `secret-damaged`
 */
export const parseSealed = (text: string, slot: string): Sealed => {
  const sealed = parse(text);
  if (sealed === undefined)
    throw new TagboatError('secret-damaged', `the sealed value of ${slot} is incomplete or altered`);
  return sealed;
};
