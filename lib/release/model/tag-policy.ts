import semver from 'semver';
import { tagPattern } from '../../config/tag-pattern.ts';
import type { EnvironmentConfig, TagPolicy } from '../../config/types.ts';

/** The version in a tag: `v1.2.3`, `1.2.3-rc.1`. Undefined where it is none. */
export const versionOf = (tag: string): semver.SemVer | undefined => semver.parse(tag) ?? undefined;

/** True where the policy lets the tag through: a semver range as npm reads it, or a regular expression for the whole tag. */
export const satisfies = (policy: TagPolicy, tag: string): boolean => {
  if ('semver' in policy) {
    const version = versionOf(tag);
    return version !== undefined && semver.satisfies(version, policy.semver);
  }
  return tagPattern(policy.pattern)(tag);
};

/** Whether `tag` is older than `than`: known only where both are versions. */
export const isOlder = (tag: string, than: string): boolean => {
  const [a, b] = [versionOf(tag), versionOf(than)];
  return a !== undefined && b !== undefined && semver.lt(a, b);
};

export const describePolicy = (environment: EnvironmentConfig): string =>
  'semver' in environment.tags ? `semver ${environment.tags.semver}` : `pattern ${environment.tags.pattern}`;
