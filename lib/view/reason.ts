import { type Actor, actorText } from '../actor.ts';
import type { TagOrder, TagPolicy } from '../config/types.ts';
import { type Hold, type HoldReason, holdReasonText } from './hold.ts';

/** Why a release is in its state, as it is recorded. */
export type Reason =
  /** The words of an error, a server or a tool; `code` is its error code or the cause of a failed rollout. */
  | { readonly code: string; readonly message: string }
  | HeldReason
  /** By which other release, and whether that one was `queued` as well, has been `committed`, or brings the `same-image`. */
  | {
      readonly code: 'superseded';
      readonly releaseId: string;
      readonly other: 'queued' | 'committed' | 'same-image';
    }
  | { readonly code: 'undone'; readonly by: Actor }
  /** `environment`: compared with its current release; absent: with the config repo. */
  | {
      readonly code: 'older-than-current';
      readonly tag: string;
      readonly newer: string;
      readonly environment?: string | undefined;
    }
  | OrderUnclear
  | NewestUnknown
  | {
      readonly code: 'tag-policy';
      readonly policy: TagPolicy;
      readonly problem: PolicyProblem;
    }
  /** The image tag was pushed again, and the config repo has it already, without a digest: nothing changes there. */
  | { readonly code: 'tag-moved'; readonly tag: string; readonly digest: string }
  /** The tag has moved on since, and it is not known that it was moved back. `release`: its number, or else its id. */
  | {
      readonly code: 'released-before';
      readonly tag: string;
      readonly release: number | string;
      readonly digest?: string | undefined;
      readonly revision?: string | undefined;
    }
  /** The Git tag points at another commit, and the registry still has the image of the one before under it. */
  | {
      readonly code: 'image-not-moved';
      readonly tag: string;
      readonly revision: string;
      readonly digest: string;
      /** How long it was waited for; absent while it is. */
      readonly seconds?: number | undefined;
    };

/**
 * Why a policy does not admit a tag: no SemVer version, or a prerelease that the range does not name, or outside of the range;
 * or the pattern does not match.
 */
export type PolicyProblem = 'no-version' | 'prerelease' | 'out-of-range' | 'no-match';

/** The tag looks lower than the one that stands, or may be, and no order says whether it is older. */
export type OrderUnclear = {
  readonly code: 'order-unclear';
  readonly app: string;
  readonly environment: string;
  readonly tag: string;
  readonly current: string;
  /** The order of the policy, which cannot compare the two; absent: it has none. */
  readonly order?: TagOrder | undefined;
  /** The order that would read both. */
  readonly fitting: TagOrder;
};

/** Found without a hook, and neither an order nor the time of an image tells which of these was pushed last. */
export type NewestUnknown = {
  readonly code: 'newest-unknown';
  readonly app: string;
  readonly environment: string;
  /** Of the image. */
  readonly tag: string;
  readonly others: readonly string[];
};

export type HeldReason = {
  readonly code: 'held';
  readonly tag: string;
  readonly by: Actor;
  readonly until?: string | undefined;
  readonly reason: HoldReason;
};

export const heldReason = ({ tag, by, until, reason }: Hold): HeldReason => ({
  code: 'held',
  tag,
  by,
  until,
  reason,
});

/** How the parts of a reason are shown that are no plain text. */
export type Format = {
  readonly actor: (actor: Actor) => string;
  /** @param iso ISO 8601 */
  readonly time: (iso: string) => string;
  /** A newer release that took, or takes, the place of this one. */
  readonly newer: (releaseId: string) => string;
  /** A tag or an id. */
  readonly name: (text: string) => string;
  readonly text: (text: string) => string;
};

const plain: Format = {
  actor: actorText,
  time: (iso) => iso,
  newer: (releaseId) => `release ${releaseId}`,
  name: (text) => text,
  text: (text) => text,
};

/** A reason in words: the one place where they are made, for the API, logs and Slack alike. */
export const reasonText = (reason: Reason, { actor, time, newer, name, text }: Format = plain): string => {
  if ('message' in reason) return text(reason.message);
  switch (reason.code) {
    case 'held': {
      const what = reason.tag === '*' ? 'every tag' : name(reason.tag);
      const until = reason.until === undefined ? '' : ` until ${time(reason.until)}`;
      return `${what} is held by ${actor(reason.by)}${until}: ${text(holdReasonText(reason.reason))}`;
    }
    case 'superseded':
      if (reason.other === 'same-image') return text(`release ${reason.releaseId} brings the same image`);
      return `${newer(reason.releaseId)} ${reason.other === 'committed' ? 'took' : 'takes'} its place`;
    case 'undone':
      return `undone by ${actor(reason.by)}`;
    case 'older-than-current':
      return text(
        reason.environment === undefined
          ? `${reason.tag} is older than ${reason.newer}, which the config repo has`
          : `${reason.tag} is older than ${reason.newer}, which stands in ${reason.environment}, and its image is not there`,
      );
    case 'order-unclear':
      return text(orderUnclearText(reason));
    case 'newest-unknown':
      return text(newestUnknownText(reason));
    case 'tag-policy':
      return text(policyProblemText(reason.policy, reason.problem));
    case 'tag-moved':
      return text(
        `${reason.tag} was pushed again as ${reason.digest}, and the config repo has ${reason.tag} already: nothing changes there, and nothing is restarted; set \`pin: digest\`, or \`onMovedTag: restart\``,
      );
    case 'released-before': {
      const of = reason.revision === undefined ? reason.digest : `commit ${reason.revision.slice(0, 12)}`;
      const as = typeof reason.release === 'number' ? `#${reason.release}` : `release ${reason.release}`;
      return text(
        `${reason.tag}${of === undefined ? '' : ` with ${of}`} was released as ${as} before, and the tag has moved on since; release it by hand to go back`,
      );
    }
    case 'image-not-moved': {
      const after = reason.seconds === undefined ? '' : ` after ${reason.seconds} s`;
      return text(
        `the Git tag ${reason.tag} moved to commit ${reason.revision.slice(0, 12)}, and${after} the registry still has ${reason.digest} under it, the image of the commit before`,
      );
    }
  }
};

const orderUnclearText = ({ app, environment, tag, current, order, fitting }: OrderUnclear): string => {
  const line = `apps.${app}.environments.${environment}.tags`;
  const looks = `${tag} looks lower than ${current}, which the config repo has, and`;
  return order === undefined
    ? `${looks} ${line} has no order: \`order: ${fitting}\` there skips what is lower, \`order: time\` releases what was pushed last`
    : `the order ${order} of ${line} cannot tell whether ${tag} is older than ${current}, which the config repo has; release it by hand if it is meant`;
};

const newestUnknownText = ({ app, environment, tag, others }: NewestUnknown): string => {
  const more = others.length > 3 ? ` or ${others.length - 3} more` : '';
  const known = `${others.slice(0, 3).join(', ')}${more}`;
  return `no hook came for ${tag}, and nothing says whether it was pushed before or after ${known}; if it is the newest, \`/tagboat release ${app} ${environment} ${tag}\` releases it`;
};

const policyProblemText = (policy: TagPolicy, problem: PolicyProblem): string => {
  const what = `the tag does not match ${'semver' in policy ? `semver ${policy.semver}` : `pattern ${policy.pattern}`}`;
  if (problem === 'no-version') return `${what}: it is not a version such as 1.2.3 or v1.2.3`;
  return problem === 'prerelease'
    ? `${what}, which names no such prerelease; \`prereleases: true\` releases those too`
    : what;
};
