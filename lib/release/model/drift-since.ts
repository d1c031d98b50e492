import type { Config } from '../../config/types.ts';
import type { Drift } from '../../view/drift.ts';
import { intervalMs } from './look-interval.ts';
import type { Release } from './release.ts';

/**
 * What was changed by hand since the current release was committed; what was seen before it, it has replaced. Nothing is known
 * where nobody looks any more. Pure.
 */
export const driftSince = (
  current: Release | undefined,
  comparison: { readonly drift?: Drift | undefined } | undefined,
  config: Config,
): Drift | undefined =>
  comparison?.drift !== undefined &&
  comparison.drift.release === current?.id &&
  intervalMs(config, current.app) !== undefined
    ? comparison.drift
    : undefined;
