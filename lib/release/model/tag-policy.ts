import semver from 'semver';
import { tagPattern } from '../../config/tag-pattern.ts';
import type { TagPolicy } from '../../config/types.ts';
import type { PolicyProblem } from '../../view/reason.ts';

/** Why a policy does not admit a tag; undefined where it does. A Git tag, where Git tags trigger. Pure. */
export const policyProblem = (policy: TagPolicy, tag: string): PolicyProblem | undefined => {
  if ('pattern' in policy) return tagPattern(policy.pattern)(tag) ? undefined : 'no-match';
  const version = semver.parse(tag);
  if (version === null) return 'no-version';
  if (semver.satisfies(version, policy.semver)) return undefined;
  // https://github.com/npm/node-semver#prerelease-tags
  if (!semver.satisfies(version, policy.semver, { includePrerelease: true })) return 'out-of-range';
  return policy.prereleases === true ? undefined : 'prerelease';
};

/** True where the policy lets the tag through: a semver range as npm reads it, or a regular expression for the whole tag. */
export const admits = (policy: TagPolicy, tag: string): boolean => policyProblem(policy, tag) === undefined;
