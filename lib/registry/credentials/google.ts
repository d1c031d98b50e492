import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import * as z from 'zod/mini';
import { TagboatError } from '../../errors.ts';
import { jsonOrUndefined } from '../../json.ts';
import { send } from '../transport.ts';
import type { CredentialsProvider, Unseal } from './credentials.ts';
import { kept } from './kept.ts';

/** The key names a token service as well, which is not believed: credentials go to this one. */
export const googleTokenUrl = 'https://oauth2.googleapis.com/token';

/** What may be read with the token: Artifact Registry, and Container Registry in its bucket. */
const scope = [
  'https://www.googleapis.com/auth/cloud-platform.read-only',
  'https://www.googleapis.com/auth/devstorage.read_only',
].join(' ');

/** The longest that Google takes: https://developers.google.com/identity/protocols/oauth2/service-account */
const assertionSeconds = 3600;
const maxTokenBytes = 64 * 1024;

const keyShape = z.object({
  client_email: z.string().check(z.minLength(1)),
  private_key: z.string(),
  private_key_id: z.optional(z.string()),
});
const tokenShape = z.object({
  access_token: z.string().check(z.regex(/^[\x21-\x7e]+$/)),
  expires_in: z.number(),
});

const privateKeyOf = (pem: string): KeyObject | undefined => {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
};

const readKey = (text: string, host: string) => {
  const shape = keyShape.safeParse(jsonOrUndefined(text));
  const key = shape.success ? privateKeyOf(shape.data.private_key) : undefined;
  if (!shape.success || key === undefined)
    throw new TagboatError(
      'registry-denied',
      `the serviceAccountKey of ${host} is not the JSON file of a Google service account key`,
    );
  return { email: shape.data.client_email, id: shape.data.private_key_id, key };
};

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT that says who asks, signed RS256. */
const assertion = ({ email, id, key }: ReturnType<typeof readKey>, audience: string, now: number): string => {
  const issued = Math.floor(now / 1000);
  const header = { alg: 'RS256', typ: 'JWT', ...(id === undefined ? {} : { kid: id }) };
  const claims = { iss: email, scope, aud: audience, iat: issued, exp: issued + assertionSeconds };
  const text = `${base64url(header)}.${base64url(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
};

/**
 * Google Artifact Registry and Container Registry: a token of an hour, made from the sealed key of a service account.
 * https://cloud.google.com/artifact-registry/docs/docker/authentication#token
 */
export const googleCredentials = (
  host: string,
  serviceAccountKey: string,
  unseal: Unseal,
  tokenUrl: string = googleTokenUrl,
): CredentialsProvider =>
  kept(async (transport) => {
    const key = readKey(await unseal(serviceAccountKey, `registries/${host}/serviceAccountKey`), host);
    const now = transport.now();
    const answer = await send(transport, {
      method: 'POST',
      url: new URL(tokenUrl),
      accept: 'application/json',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: assertion(key, googleTokenUrl, now),
      }).toString(),
      limit: maxTokenBytes,
    });
    // Of a key that was deleted or belongs to nobody: `invalid_grant`
    if (answer.status === 400 || answer.status === 401 || answer.status === 403)
      throw new TagboatError(
        'registry-denied',
        `Google answers ${answer.status} to the serviceAccountKey of ${host}`,
      );
    const token = tokenShape.safeParse(jsonOrUndefined(Buffer.from(answer.body).toString()));
    if (answer.status !== 200 || !token.success)
      throw new TagboatError(
        'registry-protocol',
        `Google answers ${answer.status}, and no token, for ${host}`,
      );
    return {
      username: 'oauth2accesstoken',
      password: token.data.access_token,
      expires: now + token.data.expires_in * 1000,
    };
  });
