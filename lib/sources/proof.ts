import { createHmac } from 'node:crypto';
import { equalInConstantTime } from '../constant-time.ts';
import { TagboatError } from '../errors.ts';
import type { RawRequest } from '../http.ts';

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
  | { readonly type: 'key' };

/** What a request is verified with. */
export type Claim = {
  readonly request: RawRequest;
  readonly secrets: SourceSecrets;
  /** The last segment of `/webhooks/{source}/{key}`, where there is one. */
  readonly pathKey: string | undefined;
};

/** What the sender has given as its proof; undefined or empty where it gave none. */
const givenProof = (proof: Proof, { request, pathKey }: Claim): string | undefined => {
  if (proof.type === 'key') return pathKey;
  return request.headers[proof.type === 'basic' ? 'authorization' : proof.header];
};

/** What is missing, for the sender's log of deliveries. */
const nameOf = (proof: Proof): string => {
  switch (proof.type) {
    case 'key':
      return 'the key at the end of the path, /webhooks/<source>/<key>,';
    case 'basic':
      return 'the header Authorization (Basic)';
    default:
      return `the header ${proof.header}`;
  }
};

/** Two kinds of proof may stand in one header. */
const namesOf = (proofs: readonly Proof[]): string => [...new Set(proofs.map(nameOf))].join(' or ');

/** The password of a Basic header; undefined where it is none. */
const passwordOf = (header: string): string | undefined => {
  const encoded = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString();
  const colon = pair.indexOf(':');
  return colon === -1 ? undefined : pair.slice(colon + 1);
};

const isGenuine = (proof: Proof, given: string, { request, secrets }: Claim): boolean => {
  const secret = (proof.type === 'key' ? secrets.key : secrets.secret) ?? '';
  if (secret === '') return false;
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
 * @throws TagboatError `signature-missing` where it has none of them, `signature-wrong`
 */
export const verifyProof = (proofs: readonly Proof[], claim: Claim): void => {
  const given = proofs.flatMap((proof) => {
    const text = givenProof(proof, claim);
    return text === undefined || text === '' ? [] : [{ proof, text }];
  });
  if (given.length === 0) throw new TagboatError('signature-missing', `${namesOf(proofs)} is missing`);
  if (!given.map(({ proof, text }) => isGenuine(proof, text, claim)).includes(true))
    throw new TagboatError(
      'signature-wrong',
      `${namesOf(given.map(({ proof }) => proof))} does not match what is configured`,
    );
};
