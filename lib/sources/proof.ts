import { createHmac } from 'node:crypto';
import { equalInConstantTime } from '../constant-time.ts';
import { TagboatError } from '../errors.ts';
import type { RawRequest } from '../http.ts';
import type { ExpectedToken, TokenFault, TokenVerifier } from '../identity-token.ts';

/** The unsealed secrets of one source, as far as tagboat.yml gives them. */
export type SourceSecrets = { readonly secret?: string | undefined; readonly key?: string | undefined };

/** How a sender proves that it knows the secret of its source. What each means, `verifyProof` says. */
export type Proof =
  /** The HMAC of the raw body in a header, in hex, behind a prefix such as `sha256=`. */
  | {
      readonly type: 'hmac';
      readonly header: string;
      readonly algorithm: 'sha1' | 'sha256' | 'sha512';
      readonly prefix?: string;
    }
  /** The secret itself in a header, as it stands or behind one of these words: `Bearer `. */
  | { readonly type: 'token'; readonly header: string; readonly schemes?: readonly string[] }
  /** The secret as the password of HTTP Basic, beside any user name. */
  | { readonly type: 'basic' }
  /** The key as the last segment of the path: `/webhooks/{source}/{key}`. */
  | { readonly type: 'key' }
  /** A token of OpenID Connect as the bearer, which an issuer has signed for the sender. */
  | ({ readonly type: 'oidc' } & ExpectedToken);

/** What a request is verified with. */
export type Claim = {
  readonly request: RawRequest;
  readonly secrets: SourceSecrets;
  /** The last segment of `/webhooks/{source}/{key}`, where there is one. */
  readonly pathKey: string | undefined;
  /** For senders that have a token of an issuer. */
  readonly verifyToken?: TokenVerifier | undefined;
};

/** What the sender has given as its proof; undefined or empty where it gave none. */
const givenProof = (proof: Proof, { request, pathKey }: Claim): string | undefined => {
  if (proof.type === 'key') return pathKey;
  const isAuthorization = proof.type === 'basic' || proof.type === 'oidc';
  return request.headers[isAuthorization ? 'authorization' : proof.header];
};

/** What is missing, for the sender's log of deliveries. */
const nameOf = (proof: Proof): string => {
  switch (proof.type) {
    case 'key':
      return 'the key at the end of the path, /webhooks/<source>/<key>,';
    case 'basic':
      return 'the header Authorization (Basic)';
    case 'oidc':
      return 'the header Authorization (Bearer)';
    default:
      return `the header ${proof.header}`;
  }
};

/** Two kinds of proof may stand in one header. */
const namesOf = (proofs: readonly Proof[]): string => [...new Set(proofs.map(nameOf))].join(' or ');

/** The password of a Basic header; undefined where it is none. */
const passwordOf = (header: string): string | undefined => {
  const encoded = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  // Characters too many or too few would be passed over
  if (bytes.toString('base64') !== encoded) return undefined;
  const pair = bytes.toString();
  const colon = pair.indexOf(':');
  return colon === -1 ? undefined : pair.slice(colon + 1);
};

const faultNames: Readonly<Record<TokenFault, string>> = {
  malformed: 'is no token',
  'unknown-key': 'is signed with a key that its issuer does not have',
  signature: 'is not signed by its issuer',
  issuer: 'is of another issuer',
  audience: 'is for another audience',
  email: 'is not of the service account',
  expired: 'has expired',
  'not-yet-valid': 'is not valid yet',
};

const mismatch = 'does not match what is configured';

/** What is wrong with what the sender gave; undefined where it is genuine. */
const faultOf = async (proof: Proof, given: string, claim: Claim): Promise<string | undefined> => {
  const { request, secrets, verifyToken } = claim;
  if (proof.type === 'oidc') {
    const token = /^bearer +(\S+)$/i.exec(given)?.[1] ?? '';
    const fault = verifyToken === undefined ? 'malformed' : await verifyToken(token, proof);
    return fault && faultNames[fault];
  }
  const secret = (proof.type === 'key' ? secrets.key : secrets.secret) ?? '';
  return secret !== '' && isMadeWith(secret, proof, given, request) ? undefined : mismatch;
};

const isMadeWith = (
  secret: string,
  proof: Exclude<Proof, { readonly type: 'oidc' }>,
  given: string,
  request: RawRequest,
): boolean => {
  switch (proof.type) {
    case 'hmac': {
      const hmac = createHmac(proof.algorithm, secret).update(request.body).digest('hex');
      return equalInConstantTime(given, `${proof.prefix ?? ''}${hmac}`);
    }
    case 'token':
      // Each is compared, so that the time does not tell which one it would have been.
      return ['', ...(proof.schemes ?? [])]
        .map((scheme) => equalInConstantTime(given, `${scheme}${secret}`))
        .includes(true);
    case 'basic':
      return equalInConstantTime(passwordOf(given) ?? '', secret);
    case 'key':
      return equalInConstantTime(given, secret);
  }
};

/**
 * Checks the raw bytes of a request in constant time, before anything parses them. One of several proofs is enough.
 * @throws TagboatError `signature-missing` where it has none of them, `signature-wrong`, `identity-keys-unreachable`
 */
export const verifyProof = async (proofs: readonly Proof[], claim: Claim): Promise<void> => {
  const given = proofs.flatMap((proof) => {
    const text = givenProof(proof, claim);
    return text === undefined || text === '' ? [] : [{ proof, text }];
  });
  if (given.length === 0) throw new TagboatError('signature-missing', `${namesOf(proofs)} is missing`);
  const faults = await Promise.all(given.map(({ proof, text }) => faultOf(proof, text, claim)));
  if (!faults.includes(undefined))
    throw new TagboatError(
      'signature-wrong',
      `${namesOf(given.map(({ proof }) => proof))} ${[...new Set(faults)].join(' and ')}`,
    );
};
