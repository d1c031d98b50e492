import type { EnvironmentConfig } from '../../config/types.ts';
import type { Hold } from '../../view/hold.ts';
import type { ImageVersion } from './release.ts';

/** What makes a hold this one and no other. */
export type HoldKey = Pick<Hold, 'app' | 'environment' | 'tag' | 'digest'>;

/** True while it still holds. */
export const isInForce = (hold: Hold, now: number): boolean =>
  hold.until === undefined || Date.parse(hold.until) > now;

/** The hold that keeps a version back at this time, if any. Pure. */
export const findHold = (holds: readonly Hold[], version: ImageVersion, now: number): Hold | undefined =>
  holds.find((hold) => (hold.tag === '*' || isHeld(hold, version)) && isInForce(hold, now));

/** A hold on one digest does not apply to a version whose digest is not known yet; `decideAtTip` asks again. */
const isHeld = (hold: Hold, { tag, digest }: ImageVersion): boolean =>
  hold.tag === tag && (hold.digest === undefined || hold.digest === digest);

/** True for a hold without end on the same version. An undo leaves it as it is, with the reason that it has. */
export const holdsForGood = ({ tag, digest, until }: Hold, version: ImageVersion): boolean =>
  tag === version.tag && until === undefined && (digest === undefined || digest === version.digest);

/** Under `pin: digest` only the one digest is held: the tag may be pushed again. */
export const newHold = (
  { app, environment, by, reason }: Pick<Hold, 'app' | 'environment' | 'by' | 'reason'>,
  version: ImageVersion & { readonly id?: string },
  { pin }: Pick<EnvironmentConfig, 'pin'>,
  now: number,
): Hold => ({
  app,
  environment,
  tag: version.tag,
  digest: pin === 'digest' ? version.digest : undefined,
  by,
  reason,
  release: version.id,
  createdAt: new Date(now).toISOString(),
});
