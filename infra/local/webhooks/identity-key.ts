import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { JSONWebKeySet } from 'jose';
import type { Config } from '../../../lib/config/types.ts';
import type { ExpectedToken } from '../../../lib/identity-token.ts';
import { sources } from '../../../lib/sources/catalog.ts';
import { type StateDirectory, writePrivately } from '../state/directory.ts';

/** Stands in for the key of an issuer of tokens, such as Google. */
export type IdentityKey = {
  readonly id: string;
  readonly privateKey: KeyObject;
  /** As an issuer publishes it. */
  readonly published: JSONWebKeySet;
};

const keyOf = (privateKey: KeyObject): IdentityKey => {
  const { kty, n, e } = createPublicKey(privateKey).export({ format: 'jwk' });
  const id = createHash('sha256').update(String(n)).digest('hex').slice(0, 40);
  const published = {
    keys: [{ kty: String(kty), n: String(n), e: String(e), kid: id, alg: 'RS256', use: 'sig' }],
  };
  return { id, privateKey, published };
};

export const createIdentityKey = (): IdentityKey =>
  keyOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);

/** The key of a stack, made once, so that samples can be signed with it from elsewhere. */
export const stackIdentityKey = (state: Pick<StateDirectory, 'file'>): IdentityKey => {
  const file = state.file('identity-key.pem');
  const kept = existsSync(file) ? keyIn(readFileSync(file, 'utf8')) : undefined;
  if (kept !== undefined) return kept;
  const made = createIdentityKey();
  writePrivately(file, made.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
  return made;
};

/** Undefined where the text is damaged. */
const keyIn = (text: string): IdentityKey | undefined => {
  try {
    return keyOf(createPrivateKey(text));
  } catch {
    return undefined;
  }
};

/** What the functions of a stack take for the keys of every issuer, where some source's sender has tokens of one. */
export const identityKeys = (
  config: Config,
  state: Pick<StateDirectory, 'file'>,
): { readonly identityKeys?: JSONWebKeySet } => {
  const proofs = Object.entries(config.sources).flatMap(
    ([name, source]) => sources[source.type ?? name]?.proofs(source) ?? [],
  );
  return proofs.some(({ type }) => type === 'oidc')
    ? { identityKeys: stackIdentityKey(state).published }
    : {};
};

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * A token as Google signs it for a push subscription of Pub/Sub.
 * https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions
 * @param now milliseconds since 1970; it is valid for an hour
 * @param changes claims that are to be otherwise
 */
export const signToken = (
  key: IdentityKey,
  { issuer, audience, email }: ExpectedToken,
  now: number,
  changes: Readonly<Record<string, unknown>> = {},
): string => {
  const issued = Math.floor(now / 1000);
  const claims = {
    aud: audience,
    azp: '113774264463038321964',
    email,
    email_verified: true,
    exp: issued + 3600,
    iat: issued,
    iss: issuer,
    sub: '113774264463038321964',
    ...changes,
  };
  const signed = `${part({ alg: 'RS256', kid: key.id, typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key.privateKey).toString('base64url')}`;
};
