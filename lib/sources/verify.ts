import type { SourceConfig } from '../config/types.ts';
import { type Claim, verifyProof } from './proof.ts';
import type { Source } from './source.ts';

/**
 * Checks that a request is of the sender that the source is for: the raw bytes, in constant time, before anything parses them.
 * @throws TagboatError `signature-missing`, `signature-wrong`, `identity-keys-unreachable`
 */
export const verifySource = async (source: Source, claim: Claim, config: SourceConfig): Promise<void> => {
  if (source.verify === undefined) await verifyProof(source.proofs(config), claim);
  else await source.verify(claim, config);
};
