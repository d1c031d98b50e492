import { createHmac } from 'node:crypto';
import type { SourceConfig } from '../../../lib/config/types.ts';
import type { Proof, SourceSecrets } from '../../../lib/sources/proof.ts';
import type { Source } from '../../../lib/sources/source.ts';
import { type IdentityKey, signToken } from './identity-key.ts';
import type { Sample } from './sample.ts';

/** The bytes that a sender sends, with the proof that it made over them. */
export type SignedWebhook = {
  /** What comes behind `/webhooks/<name>`: empty, or `/<key>`. */
  readonly pathSuffix: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What a sender proves itself with; the key of the issuer of its tokens, where it has such. */
export type SenderSecrets = SourceSecrets & { readonly identityKey?: IdentityKey | undefined };

type Proven = Pick<SignedWebhook, 'pathSuffix' | 'headers'>;

/**
 * The proof that a sender makes which knows these secrets.
 * @param now milliseconds since 1970, for what runs out
 */
export const prove = (
  proof: Proof,
  body: string | Uint8Array,
  secrets: SenderSecrets,
  now = Date.now(),
): Proven => {
  const { secret = '', key = '', identityKey } = secrets;
  switch (proof.type) {
    case 'key':
      return { pathSuffix: `/${encodeURIComponent(key)}`, headers: {} };
    case 'basic':
      return {
        pathSuffix: '',
        headers: { authorization: `Basic ${Buffer.from(`tagboat:${secret}`).toString('base64')}` },
      };
    case 'token':
      return { pathSuffix: '', headers: { [proof.header]: `${proof.schemes?.[0] ?? ''}${secret}` } };
    case 'hmac': {
      const hmac = createHmac(proof.algorithm, secret).update(body).digest('hex');
      return { pathSuffix: '', headers: { [proof.header]: `${proof.prefix ?? ''}${hmac}` } };
    }
    case 'oidc': {
      if (identityKey === undefined) throw new Error('a token is signed with the key of its issuer');
      return { pathSuffix: '', headers: { authorization: `Bearer ${signToken(identityKey, proof, now)}` } };
    }
  }
};

/** The body of a sample as text. */
export const bodyOf = ({ body }: Pick<Sample, 'body'>): string =>
  JSON.stringify(body, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, '$base64')) return value;
    return Buffer.from(JSON.stringify((value as { readonly $base64: unknown }).$base64)).toString('base64');
  });

/**
 * What a sample's sender sends besides its proof. `{sha256}` and `{sha1}` stand for the HMAC of the body: some sign under several
 * names, so that what was made for another sender takes it as well.
 */
export const headersOf = (
  { headers }: Pick<Sample, 'headers'>,
  body: string | Uint8Array,
  { secret = '' }: SourceSecrets,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      value.replace(/\{(sha1|sha256)\}/, (_all, algorithm: string) =>
        createHmac(algorithm, secret).update(body).digest('hex'),
      ),
    ]),
  );

/** A sample as its sender sends it. */
export const signSample = (
  sample: Sample,
  source: Pick<Source, 'proofs'>,
  secrets: SenderSecrets,
  config: SourceConfig = sample.config,
  now = Date.now(),
): SignedWebhook => {
  const [proof] = source.proofs(config);
  if (proof === undefined) throw new Error('a source has at least one way to prove a request');
  const body = bodyOf(sample);
  const { pathSuffix, headers } = prove(proof, body, secrets, now);
  const besides = headersOf(sample, body, secrets);
  return { pathSuffix, body, headers: { 'content-type': 'application/json', ...besides, ...headers } };
};
