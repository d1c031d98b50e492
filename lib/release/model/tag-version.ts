import semver from 'semver';
import { capturedBy, hasGroup, tagPattern } from '../../config/tag-pattern.ts';
import type { TagOrder, TagPolicy } from '../../config/types.ts';

/** Where a version may begin: at the start, or behind what no version has before it. */
const beforeVersion = /(?:^|[^0-9A-Za-z.+])[vV]?(?=\d)/g;

/**
 * The SemVer version that a tag ends with, without a leading `v` and without build metadata, which the tag of an image cannot
 * have: `1.2.3` of `v1.2.3+5`, `app@1.2.3`, `app/v1.2.3` and `release-1.2.3`. Undefined where it ends with none, as
 * `1.2.3.4` does.
 */
export const semverPart = (tag: string): string | undefined => {
  for (const { 0: before, index } of tag.matchAll(beforeVersion)) {
    const version = semver.parse(tag.slice(index + before.length));
    if (version !== null) return version.version;
  }
  return undefined;
};

/** What `{version}` of `imageTag` stands for: what the pattern captures, or else the SemVer part. */
export const capturedVersion = (policy: TagPolicy, tag: string): string | undefined =>
  'pattern' in policy && hasGroup(policy.pattern) ? capturedBy(policy.pattern, tag) : semverPart(tag);

/** By what the versions of a policy are compared; undefined where nobody has said so. */
export const orderOf = (policy: TagPolicy): TagOrder | undefined =>
  'semver' in policy ? 'semver' : policy.order;

/**
 * The part of a tag that the policy's order compares. Undefined for a tag that the order is not about: one that the pattern
 * does not match.
 */
export const comparedPart = (policy: TagPolicy, tag: string): string | undefined => {
  if ('semver' in policy) return semver.parse(tag)?.version;
  if (hasGroup(policy.pattern)) return capturedBy(policy.pattern, tag);
  if (!tagPattern(policy.pattern)(tag)) return undefined;
  return policy.order === 'semver' ? semverPart(tag) : tag;
};
