import { isMutableTag } from '../../config/mutable-tags.ts';
import type { AppConfig, Config } from '../../config/types.ts';
import { isSameImage } from '../../ecr-registry.ts';
import type { SourceEvent } from '../../event.ts';
import { familiarName, isTag } from '../../image.ts';
import type { Hold } from '../../view/hold.ts';
import { heldReason, type Reason } from '../../view/reason.ts';
import { findHold } from './hold.ts';
import { imageTagOf } from './image-tag.ts';
import { orderReason } from './order-reason.ts';
import type { ImageVersion, Release } from './release.ts';
import { admits, policyProblem } from './tag-policy.ts';
import { isOlder, schemeOf, stepBack, type TagScheme } from './tag-scheme.ts';
import { type Target, type TargetedRelease, targetOf } from './target.ts';

/** Why an event releases nothing to an app and environment, apart from a hold and the policy. */
type Skip = {
  readonly code: 'other-trigger' | 'tag-not-valid' | 'mutable-tag';
  readonly message: string;
};

export type Plan = Candidate & {
  /** Of the image; where that cannot be told, as the event has it. */
  readonly tag: string;
  /** The Git tag, where the image has another. */
  readonly gitTag?: string | undefined;
} & ({ readonly type: 'release' } | { readonly type: 'skipped'; readonly reason: Reason });

/** An app and environment that an event is about. */
export type Candidate = {
  readonly app: string;
  readonly environment: string;
  readonly target: Target;
};

const concerns = (event: SourceEvent, app: AppConfig): boolean =>
  event.type === 'tag-pushed' ? app.repository === event.repository : isSameImage(app.image, event.image);

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
  const tag = imageTagIn(event, candidate.target);
  const isMapped = tag !== undefined && isTag(tag) && tag !== event.tag;
  const plan = { ...candidate, ...(isMapped ? { tag, gitTag: event.tag } : { tag: event.tag }) };
  const reason =
    otherTrigger(event, candidate) ??
    tagProblem(event, candidate.target, tag) ??
    heldBy(event, plan.tag, holds, now);
  return reason === undefined ? { ...plan, type: 'release' } : { ...plan, type: 'skipped', reason };
};

/** The tag of the image that the event is about; undefined where it has none. What a Git tag calls its image is known of those that are admitted. */
const imageTagIn = ({ tag }: SourceEvent, target: Target): string | undefined => {
  const { imageTag, policy } = schemeOf(target);
  if (imageTag === undefined) return tag;
  return admits(policy, tag) ? imageTagOf(imageTag, policy, tag) : undefined;
};

const otherTrigger = (event: SourceEvent, { environment: name, target }: Candidate): Skip | undefined => {
  const trigger = event.type === 'tag-pushed' ? 'tag-push' : 'image-push';
  const { on } = target.environment;
  return on === trigger
    ? undefined
    : { code: 'other-trigger', message: `${name} is released on ${on}, this is a ${trigger}` };
};

/** Why a tag is not released, whatever stands. @param tag of the image, as far as there is one */
const tagProblem = (event: SourceEvent, target: Target, tag: string | undefined): Reason | undefined => {
  const { imageTag, policy } = schemeOf(target);
  const problem = policyProblem(policy, event.tag);
  const refused = problem && ({ code: 'tag-policy', policy, problem } as const);
  if (imageTag !== undefined && refused !== undefined) return refused;
  if (tag === undefined || !isTag(tag)) return notValid(imageTag, tag);
  if (isMutableTag(tag) && target.environment.pin !== 'digest') return mutable(tag);
  return refused;
};

const notValid = (imageTag: string | undefined, tag: string | undefined): Skip => {
  const code = 'tag-not-valid';
  if (imageTag === undefined) return { code, message: 'the tag cannot be the tag of an image' };
  return tag === undefined
    ? { code, message: `the tag has no version to fill imageTag ${imageTag} with` }
    : { code, message: `imageTag ${imageTag} makes ${tag} of it, which cannot be the tag of an image` };
};

const mutable = (tag: string): Skip => ({
  code: 'mutable-tag',
  message: `"${tag}" may mean another image tomorrow; set \`pin: digest\` to release it`,
});

const heldBy = (event: SourceEvent, tag: string, holds: readonly Hold[], now: number): Reason | undefined => {
  const digest = event.type === 'image-pushed' ? event.digest : undefined;
  const hold = findHold(holds, { tag, digest }, now);
  return hold && heldReason(hold);
};

/**
 * Decides again with the manifests at the tip of the config repo: a tag that is older than what they carry is not
 * released, nor one that looks lower where no order decides, and neither is one that was held meanwhile. Undos and manual releases may go back to an older tag; a manual
 * release is stopped only by a hold that was set after it was requested. Pure.
 * @param deployed what the manifests carry now, for every place they carry the image
 */
export const decideAtTip = (
  { release, target }: TargetedRelease,
  deployed: readonly ImageVersion[],
  holds: readonly Hold[],
  now: number,
): Reason | undefined => {
  if (release.kind === 'undo') return undefined;
  const since = holds.filter((hold) => release.byHand !== true || hold.createdAt > release.createdAt);
  const hold = findHold(since, release, now);
  if (hold !== undefined) return heldReason(hold);
  if (release.byHand === true) return undefined;
  return orderReason(
    release,
    target,
    deployed.map(({ tag }) => tag),
  );
};

/**
 * Of several releases of one app and environment that wait at once, only one is committed: the newest version; or the one
 * requested last, where an undo is among them, the last is a manual release, or there is no order between them. Pure.
 * @returns the winner's id
 */
export const winner = (waiting: readonly [Release, ...Release[]], scheme: TagScheme): string =>
  waiting.reduce((best, next) => {
    const [earlier, later] = best.id < next.id ? [best, next] : [next, best];
    // A newer version that was released meanwhile goes before an automatic undo.
    const undo = [earlier, later].find(({ kind, source }) => kind === 'undo' && source === 'tagboat');
    const fix = [earlier, later].find(({ kind }) => kind === 'release');
    if (undo !== undefined && fix !== undefined && isOlder(scheme, undo.tag, fix.tag)) return fix;
    if (earlier.kind === 'undo' || later.kind === 'undo' || later.byHand === true) return later;
    return stepBack(scheme, later.tag, earlier.tag) === undefined ? later : earlier;
  }).id;
