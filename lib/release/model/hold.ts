import type { EnvironmentConfig } from '../../config/types.ts';
import type { ImageVersion } from './release.ts';

/** A rule that a tag, or every tag (`*`), is not released to an app and environment until lifted. */
export type Hold = {
  readonly app: string;
  readonly environment: string;
  readonly tag: string;
  /** Only this digest of the tag is held, where the environment pins digests: the tag itself may move on. */
  readonly digest?: string | undefined;
  readonly by: string;
  readonly reason: string;
  /** The release whose undo made it. */
  readonly release?: string | undefined;
  /** The hold of the same tag that this one replaced; it is restored if the undo fails before its commit. */
  readonly replaces?: Hold | undefined;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** ISO 8601, UTC; without it the hold stays until lifted. */
  readonly until?: string | undefined;
};

/** What makes a hold this one and no other. */
export type HoldKey = Pick<Hold, 'app' | 'environment' | 'tag' | 'digest'>;

/** For a person: `v0.0.4 is held by slack:U024BE7LH until 2026-11-24T18:00:00.000Z: it drops orders`. */
export const describeHold = (hold: Hold): string =>
  `${hold.tag === '*' ? 'every tag' : hold.tag} is held by ${hold.by}${hold.until === undefined ? '' : ` until ${hold.until}`}: ${hold.reason}`;

/** True while it still holds. */
export const isInForce = (hold: Hold, now: number): boolean =>
  hold.until === undefined || Date.parse(hold.until) > now;

/** The hold that keeps a version back at this time, if any. Pure. */
export const holdFor = (holds: readonly Hold[], version: ImageVersion, now: number): Hold | undefined =>
  holds.find((hold) => (hold.tag === '*' || isHeld(hold, version)) && isInForce(hold, now));

/** A hold on one digest does not apply to a version whose digest is not known yet; `decideAtTip` asks again. */
const isHeld = (hold: Hold, { tag, digest }: ImageVersion): boolean =>
  hold.tag === tag && (hold.digest === undefined || hold.digest === digest);

/** True for a hold without end on the same version. An undo leaves it as it is, with the reason that it has. */
export const holdsForGood = ({ tag, digest, until }: Hold, version: ImageVersion): boolean =>
  tag === version.tag && until === undefined && (digest === undefined || digest === version.digest);

/** Under `pin: digest` only the one digest is held: the tag may be pushed again. */
export const holdOf = (
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
