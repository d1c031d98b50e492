import { jsonOrUndefined } from '../../../../lib/json.ts';
import { isMapping, type Unknowns } from '../../../../lib/mapping.ts';
import type { EncryptionContext } from './envelope.ts';
import { KmsError } from './errors.ts';

/** The JSON body of a request. @throws KmsError `SerializationException` */
export const parseInput = (body: Buffer): Unknowns => {
  const value = body.length === 0 ? {} : jsonOrUndefined(body.toString('utf8'));
  if (isMapping(value)) return value;
  throw new KmsError('SerializationException', 'Start of structure or map found where not expected.');
};

export const optionalText = (input: Unknowns, name: string): string | undefined => {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string')
    throw new KmsError('SerializationException', `${name} can not be converted to a String`);
  return value;
};

export const text = (input: Unknowns, name: string): string => {
  const value = optionalText(input, name);
  if (value === undefined) throw invalidValue(name, 'Member must not be null');
  return value;
};

/** A blob: Base64 in JSON. */
export const bytes = (input: Unknowns, name: string, max: number): Buffer => {
  const encoded = text(input, name);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded))
    throw new KmsError('SerializationException', `${name} can not be converted to a Blob`);
  const decoded = Buffer.from(encoded, 'base64');
  if (decoded.length < 1) throw invalidValue(name, 'Member must have length greater than or equal to 1');
  if (decoded.length > max) throw invalidValue(name, `Member must have length less than or equal to ${max}`);
  return decoded;
};

/** The encryption context; one that is absent is the same as one that is empty. */
export const encryptionContext = (input: Unknowns): EncryptionContext => {
  const value = input.EncryptionContext ?? {};
  if (!isMapping(value) || !Object.values(value).every((member) => typeof member === 'string'))
    throw new KmsError(
      'SerializationException',
      'EncryptionContext can not be converted to a Map of Strings',
    );
  return value as EncryptionContext;
};

/** The error of a parameter that is out of its bounds, in the words of the service. */
const invalidValue = (name: string, constraint: string): KmsError =>
  new KmsError(
    'ValidationException',
    `1 validation error detected: Value at '${name.charAt(0).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: ${constraint}`,
  );
