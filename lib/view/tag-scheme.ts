import type { TagOrder, TagPolicy } from '../config/types.ts';

/** What there is to say of how the tags of an app in an environment are given. */
export type SchemeFacts = {
  readonly policy: TagPolicy;
  /** True where the pattern captures a part of the tag. */
  readonly captures: boolean;
  readonly imageTag?: string | undefined;
};

const admittedText = (policy: TagPolicy): string => {
  if ('pattern' in policy) return `tags that match \`${policy.pattern}\` as a whole`;
  return policy.prereleases === true
    ? `versions in \`${policy.semver}\`, prereleases too`
    : `versions in \`${policy.semver}\`, prereleases only where it names them`;
};

/** @param what what of the tag is compared */
const olderText = (order: TagOrder | undefined, what: string): string => {
  switch (order) {
    case undefined:
      return 'nothing is older, and one that looks lower than what stands is not released';
    case 'semver':
      return `older is the lower version${what}, as SemVer has it`;
    case 'numeric':
      return `older is the one with the lower number${what}, the first from the left that differs`;
    case 'calver':
      return `older is the earlier date${what}`;
    case 'alphabetical':
      return `older is what comes first by its characters${what}`;
    case 'time':
      return 'nothing is older: what was pushed last is released';
  }
};

/** What is admitted and what counts as older, in one sentence that continues "releases". */
export const schemeText = ({ policy, captures, imageTag }: SchemeFacts): string => {
  const order = 'semver' in policy ? 'semver' : policy.order;
  const image = imageTag === undefined ? '' : `; the image of a Git tag has the tag \`${imageTag}\``;
  return `${admittedText(policy)}; ${olderText(order, captures ? ' in what it captures' : '')}${image}`;
};
