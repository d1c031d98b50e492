import type { EncryptionContext } from './envelope.ts';
import { invalidValue, KmsError } from './errors.ts';

/** The JSON body of a request, and typed ways to read its members. */
export type Input = Readonly<Record<string, unknown>>;

/** @throws KmsError `SerializationException` */
export const parseInput = (body: Buffer): Input => {
  try {
    const value: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
    if (isRecord(value)) return value;
  } catch {
    // falls through: not JSON, or no object
  }
  throw new KmsError('SerializationException', 'Start of structure or map found where not expected.');
};

export const optionalText = (input: Input, name: string): string | undefined => {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string')
    throw new KmsError('SerializationException', `${name} can not be converted to a String`);
  return value;
};

export const text = (input: Input, name: string): string => optionalText(input, name) ?? missing(name);

export const optionalInteger = (input: Input, name: string): number | undefined => {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw new KmsError('SerializationException', `${name} can not be converted to an Integer`);
  return value;
};

/** A blob: Base64 in JSON. */
export const bytes = (input: Input, name: string, max: number): Buffer => {
  const encoded = text(input, name);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded))
    throw new KmsError('SerializationException', `${name} can not be converted to a Blob`);
  const decoded = Buffer.from(encoded, 'base64');
  const member = lowerFirst(name);
  if (decoded.length < 1) throw invalidValue(member, 'Member must have length greater than or equal to 1');
  if (decoded.length > max)
    throw invalidValue(member, `Member must have length less than or equal to ${max}`);
  return decoded;
};

/** The encryption context; one that is absent is the same as one that is empty. */
export const encryptionContext = (input: Input): EncryptionContext => {
  const value = input.EncryptionContext ?? {};
  if (!isRecord(value) || !Object.values(value).every((member) => typeof member === 'string'))
    throw new KmsError(
      'SerializationException',
      'EncryptionContext can not be converted to a Map of Strings',
    );
  return value as EncryptionContext;
};

const missing = (name: string): never => {
  throw invalidValue(lowerFirst(name), 'Member must not be null');
};

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
