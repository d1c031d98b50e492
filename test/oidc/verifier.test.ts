import { sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createIdentityKey, signToken } from '../../infra/local/webhooks/identity-key.ts';
import { fixedKeys } from '../../lib/oidc/keys.ts';
import { createTokenVerifier } from '../../lib/oidc/verifier.ts';
import { manualClock } from '../support/manual-clock.ts';

const key = createIdentityKey();
const clock = manualClock();
const now = clock.now();
const seconds = now / 1000;
const verify = createTokenVerifier({ keySets: fixedKeys(key.published), clock });
const expected = {
  issuer: 'https://accounts.google.com',
  keysUrl: 'https://keys.example.com',
  audience: 'https://api.example.com/webhooks/artifact-registry',
  email: 'tagboat@project.iam.gserviceaccount.com',
};
const fault = (changes: Readonly<Record<string, unknown>>, by = key) =>
  verify(signToken(by, expected, now, changes), expected);

describe('a token', () => {
  it.each([
    ['as Google signs it', {}],
    ['that runs out this moment, or did a little before', { exp: seconds - 29 }],
    ['of a clock that is a little ahead', { iat: seconds + 29, nbf: seconds + 29 }],
    ['for several audiences', { aud: ['https://other.example.com', expected.audience] }],
  ])('is taken: %s', async (_name, changes) => {
    expect(await fault(changes)).toBeUndefined();
  });

  it.each([
    ['of another issuer', { iss: 'https://accounts.example.com' }, 'issuer'],
    ['of an issuer that begins alike', { iss: 'https://accounts.google.com.example.com' }, 'issuer'],
    ['of no issuer', { iss: undefined }, 'issuer'],
    ['for another audience', { aud: 'https://api.example.com/webhooks/other' }, 'audience'],
    ['for none', { aud: undefined }, 'audience'],
    ['of another service account', { email: 'other@project.iam.gserviceaccount.com' }, 'email'],
    ['of an address in another case', { email: expected.email.toUpperCase() }, 'email'],
    ['of an address that is not verified', { email_verified: false }, 'email'],
    ['of an address of which nobody says', { email_verified: undefined }, 'email'],
    ['of an address that is verified in words', { email_verified: 'true' }, 'email'],
    ['of nobody', { email: undefined }, 'malformed'],
    ['that has run out', { exp: seconds - 31 }, 'expired'],
    ['that never runs out', { exp: undefined }, 'expired'],
    ['that runs out in words', { exp: 'tomorrow' }, 'expired'],
    ['that is not valid yet', { nbf: seconds + 31 }, 'not-yet-valid'],
  ])('is refused: %s', async (_name, changes, reason) => {
    expect(await fault(changes)).toBe(reason);
  });

  it('is refused with the signature of a key of the same name', async () => {
    expect(await fault({}, { ...createIdentityKey(), id: key.id })).toBe('signature');
  });

  it('is refused with a key that nobody knows', async () => {
    expect(await fault({}, createIdentityKey())).toBe('unknown-key');
  });

  it('is refused where nobody is expected', async () => {
    const nobody = { ...expected, audience: '', email: '' };
    expect(await verify(signToken(key, nobody, now), nobody)).toBe('audience');
  });

  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [, claims = ''] = signToken(key, expected, now).split('.');
  it.each([
    ['without an algorithm', { alg: 'none', kid: key.id }, ''],
    [
      'in an algorithm of a shared secret, which would be the public key',
      { alg: 'HS256', kid: key.id },
      'AAAA',
    ],
    ['in another algorithm of the same key', { alg: 'RS512', kid: key.id }, undefined],
    ['with a header that asks for more', { alg: 'RS256', kid: key.id, crit: ['x'], x: 1 }, undefined],
  ])('is refused %s', async (_name, header, signature) => {
    const signed = `${part(header)}.${claims}`;
    const hash = header.alg === 'RS512' ? 'sha512' : 'sha256';
    const made = signature ?? sign(hash, Buffer.from(signed), key.privateKey).toString('base64url');
    expect(await verify(`${signed}.${made}`, expected)).toBe('malformed');
  });

  it.each(['', 'x', 'a.b.c', '...', 'ey.ey.ey', 'x'.repeat(100_000)])(
    'is refused where it is none: %#',
    async (text) => {
      expect(await verify(text, expected)).toBe('malformed');
    },
  );
});
