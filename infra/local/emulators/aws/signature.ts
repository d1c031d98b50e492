import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { equalInConstantTime } from '../../../../lib/constant-time.ts';

export type AwsCredentials = { readonly accessKeyId: string; readonly secretAccessKey: string };

/** Why a request is refused, by the names that AWS gives it. */
export type SignatureRefusal =
  | 'MissingAuthenticationTokenException'
  | 'UnrecognizedClientException'
  | 'InvalidSignatureException';

type Signed = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

const form =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/[^/]+\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** What makes the request another one, and so has to be signed. */
const needed = ['host', 'x-amz-date', 'x-amz-target'];

/**
 * Checks that a request of an AWS JSON protocol was signed with these credentials (Signature Version 4, in its header). How old
 * it is does not matter here.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 * @returns undefined where it was
 */
export const checkSignature = (
  request: Signed,
  body: Uint8Array,
  { accessKeyId, secretAccessKey }: AwsCredentials,
): SignatureRefusal | undefined => {
  const [, id, scope = '', headers = '', signature = ''] =
    form.exec(request.headers.authorization ?? '') ?? [];
  if (id === undefined) return 'MissingAuthenticationTokenException';
  if (!equalInConstantTime(id, accessKeyId)) return 'UnrecognizedClientException';
  const names = headers.split(';');
  if (!needed.every((name) => names.includes(name))) return 'InvalidSignatureException';
  const text = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    scope,
    sha256(canonical(request, names, body)),
  ].join('\n');
  const key = scope.split('/').reduce<Buffer | string>(hmac, `AWS4${secretAccessKey}`);
  return equalInConstantTime(signature, hmac(key, text).toString('hex'))
    ? undefined
    : 'InvalidSignatureException';
};

const canonical = ({ method, url = '/', headers }: Signed, names: readonly string[], body: Uint8Array) => {
  const [path = '/', query = ''] = url.split('?');
  return [
    method,
    encodeURIComponent(path).replaceAll('%2F', '/'),
    query.split('&').toSorted().join('&'),
    ...names.map((name) => `${name}:${canonicalValue(headers[name])}`),
    '',
    names.join(';'),
    sha256(body),
  ].join('\n');
};

const canonicalValue = (value: string | readonly string[] | undefined): string =>
  String(value ?? '')
    .trim()
    .replace(/\s+/g, ' ');

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

const hmac = (key: Uint8Array | string, data: string): Buffer =>
  createHmac('sha256', key).update(data).digest();
