import type { TokenVerifier } from '../identity-token.ts';
import { once } from '../once.ts';
import type { Runtime } from './runtime.ts';

/**
 * Tells the tokens of senders that have one from all others. Its code is loaded with the first of them, and the keys of their
 * issuers are kept for the next.
 */
export const createTokenVerification = ({
  clock,
  local,
}: Pick<Runtime, 'clock' | 'local'>): TokenVerifier => {
  const verifier = once(async () => {
    const [{ fetchedKeys, fixedKeys }, { createTokenVerifier }] = await Promise.all([
      import('../oidc/keys.ts'),
      import('../oidc/verifier.ts'),
    ]);
    const keys = local?.identityKeys;
    return createTokenVerifier({ keySets: keys ? fixedKeys(keys) : fetchedKeys({ fetch, clock }), clock });
  });
  return async (token, expected) => (await verifier())(token, expected);
};
