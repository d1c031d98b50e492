import type { Drift } from '../../view/drift.ts';
import type { Release } from './release.ts';

/** What was changed by hand since the current release was committed; what was seen before it, it has replaced. Pure. */
export const driftSince = (
  current: Release | undefined,
  comparison: { readonly drift?: Drift | undefined } | undefined,
): Drift | undefined =>
  comparison?.drift !== undefined && comparison.drift.release === current?.id ? comparison.drift : undefined;
