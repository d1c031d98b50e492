import { isMutableTag } from '../../config/mutable-tags.ts';
import type { AppConfig, Config } from '../../config/types.ts';
import type { SourceEvent } from '../../event.ts';
import { familiarName, isTag } from '../../image.ts';
import type { Hold } from '../../view/hold.ts';
import { heldReason, type Reason } from '../../view/reason.ts';
import { findHold } from './hold.ts';
import type { ImageVersion, Release } from './release.ts';
import { describePolicy, isOlder, satisfies } from './tag-policy.ts';
import { type Target, targetOf } from './target.ts';

/** Why an event releases nothing to an app and environment, apart from a hold. */
type SkipCode =
  | 'unknown-repository'
  | 'unknown-image'
  | 'other-trigger'
  | 'tag-not-valid'
  | 'tag-policy'
  | 'mutable-tag';

export type Plan = Candidate & {
  readonly tag: string;
} & ({ readonly type: 'release' } | { readonly type: 'skipped'; readonly reason: Reason });

/** An app and environment that an event is about. */
export type Candidate = {
  readonly app: string;
  readonly environment: string;
  readonly target: Target;
};

const concerns = (event: SourceEvent, app: AppConfig): boolean =>
  event.type === 'tag-pushed' ? app.repository === event.repository : app.image === event.image;

/** Every app and environment that the event's repository or image belongs to. Pure. */
export const candidates = (event: SourceEvent, config: Config): readonly Candidate[] =>
  Object.entries(config.apps)
    .filter(([, app]) => concerns(event, app))
    .flatMap(([name, app]) =>
      Object.keys(app.environments).map((environment) => ({
        app: name,
        environment,
        target: targetOf(config, name, environment),
      })),
    );

/** The answer to an event whose repository or image no app has. */
export const unmatched = (event: SourceEvent): Reason =>
  event.type === 'tag-pushed'
    ? {
        code: 'unknown-repository',
        message: `no app in tagboat.yml has the repository ${event.repository}`,
      }
    : {
        code: 'unknown-image',
        message: `no app in tagboat.yml has the image ${familiarName(event.image)}`,
      };

/**
 * Decides what an event means for one app and environment, from nothing but the event, its configuration and the holds.
 * What needs the tip of the config repo is decided by `decideAtTip`.
 */
export const decide = (
  event: SourceEvent,
  candidate: Candidate,
  holds: readonly Hold[],
  now: number,
): Plan => {
  const plan = { ...candidate, tag: event.tag };
  const { environment } = candidate.target;
  const skip = (code: SkipCode, message: string): Plan => ({
    ...plan,
    type: 'skipped',
    reason: { code, message },
  });
  const trigger = event.type === 'tag-pushed' ? 'tag-push' : 'image-push';
  if (environment.on !== trigger)
    return skip(
      'other-trigger',
      `${candidate.environment} is released on ${environment.on}, this is a ${trigger}`,
    );
  if (!isTag(event.tag)) return skip('tag-not-valid', 'the tag cannot be the tag of an image');
  if (isMutableTag(event.tag) && environment.pin !== 'digest')
    return skip(
      'mutable-tag',
      `"${event.tag}" may mean another image tomorrow; set \`pin: digest\` to release it`,
    );
  if (!satisfies(environment.tags, event.tag))
    return skip('tag-policy', `the tag does not match ${describePolicy(environment)}`);
  const hold = findHold(
    holds,
    { tag: event.tag, digest: event.type === 'image-pushed' ? event.digest : undefined },
    now,
  );
  if (hold !== undefined) return { ...plan, type: 'skipped', reason: heldReason(hold) };
  return { ...plan, type: 'release' };
};

/**
 * Decides again with the manifests at the tip of the config repo: a tag that is older than what they carry is not
 * released, and neither is one that was held meanwhile. Undos and manual releases may go back to an older tag; a manual
 * release is stopped only by a hold that was set after it was requested. Pure.
 * @param deployed what the manifests carry now, for every place they carry the image
 */
export const decideAtTip = (
  release: Release,
  deployed: readonly ImageVersion[],
  holds: readonly Hold[],
  now: number,
): Reason | undefined => {
  if (release.kind === 'undo') return undefined;
  const since = holds.filter((hold) => release.byHand !== true || hold.createdAt > release.createdAt);
  const hold = findHold(since, release, now);
  if (hold !== undefined) return heldReason(hold);
  if (release.byHand === true) return undefined;
  const newer = deployed.find((version) => isOlder(release.tag, version.tag));
  return newer && { code: 'older-than-current', tag: release.tag, newer: newer.tag };
};

/**
 * Of several releases of one app and environment that wait at once, only one is committed: the newest version; or the one
 * requested last, where an undo is among them, the last is a manual release, or versions cannot be compared. Pure.
 * @returns the winner's id
 */
export const winner = (waiting: readonly [Release, ...Release[]]): string =>
  waiting.reduce((best, next) => {
    const [earlier, later] = best.id < next.id ? [best, next] : [next, best];
    // A newer version that was released meanwhile goes before an automatic undo.
    const undo = [earlier, later].find(({ kind, source }) => kind === 'undo' && source === 'tagboat');
    const fix = [earlier, later].find(({ kind }) => kind === 'release');
    if (undo !== undefined && fix !== undefined && isOlder(undo.tag, fix.tag)) return fix;
    if (earlier.kind === 'undo' || later.kind === 'undo' || later.byHand === true) return later;
    return isOlder(later.tag, earlier.tag) ? earlier : later;
  }).id;
