/** Whose token is taken: an issuer's, signed with one of its keys, for an audience, that belongs to an address. */
export type ExpectedToken = {
  readonly issuer: string;
  /** Where the issuer publishes its keys (JWKS). */
  readonly keysUrl: string;
  readonly audience: string;
  readonly email: string;
};

/** What is wrong with a token of OpenID Connect. */
export type TokenFault =
  | 'malformed'
  | 'unknown-key'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'email'
  | 'expired'
  | 'not-yet-valid';

/**
 * Says what is wrong with a token; undefined where it is the one that is expected.
 * @throws TagboatError `identity-keys-unreachable`
 */
export type TokenVerifier = (token: string, expected: ExpectedToken) => Promise<TokenFault | undefined>;
