import { errors, jwtVerify } from 'jose';
import type { Clock } from '../clock.ts';
import type { ExpectedToken, TokenFault, TokenVerifier } from '../identity-token.ts';
import type { KeySets } from './keys.ts';

/** By so much the clocks of issuer and function may differ. */
const clockToleranceSeconds = 30;

const faultOfClaim: Readonly<Record<string, TokenFault>> = {
  iss: 'issuer',
  aud: 'audience',
  exp: 'expired',
  nbf: 'not-yet-valid',
  iat: 'not-yet-valid',
};

/** @throws whatever is no fault of the token */
const faultOf = (error: unknown): TokenFault => {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return faultOfClaim[error.claim] ?? 'malformed';
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown-key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JOSEError) return 'malformed';
  throw error;
};

const verify = async (
  keySets: KeySets,
  clock: Clock,
  token: string,
  expected: ExpectedToken,
): Promise<TokenFault | undefined> => {
  const { issuer, audience, email, keysUrl } = expected;
  // jose would take an empty one for none
  if (audience === '') return 'audience';
  const { payload } = await jwtVerify(
    token,
    async (header, jws) => {
      const keys = await keySets(keysUrl);
      return keys(header, jws).catch(async (error: unknown) => {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        // Issuers change their keys before what they said of the old ones has run out
        return (await keySets(keysUrl, { renewed: true }))(header, jws);
      });
    },
    {
      algorithms: ['RS256'],
      issuer,
      audience,
      currentDate: new Date(clock.now()),
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['exp', 'iat', 'email'],
    },
  );
  return payload.email === email && payload.email_verified === true ? undefined : 'email';
};

/**
 * Tells the tokens that an issuer signed for an audience and an address from all others: RS256 alone, with half a minute of
 * tolerance for the clocks.
 * https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
 */
export const createTokenVerifier =
  ({ keySets, clock }: { readonly keySets: KeySets; readonly clock: Clock }): TokenVerifier =>
  (token, expected) =>
    verify(keySets, clock, token, expected).catch(faultOf);
