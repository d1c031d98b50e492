import semver from 'semver';
import { originOf, possibleGitTags } from './image-tag.ts';
import { admits } from './tag-policy.ts';
import type { TagScheme } from './tag-scheme.ts';

/** Whether a tag of the image may be one of those that are given like this. */
export const mayBeOf = ({ policy, imageTag: template }: TagScheme, tag: string): boolean => {
  if (template === undefined) return admits(policy, tag);
  const origin = originOf(template, tag);
  if (origin === undefined) return false;
  if (origin.tag !== undefined) {
    for (const gitTags of possibleGitTags(origin.tag, policy))
      if (gitTags.some((gitTag) => admits(policy, gitTag))) return true;
    return false;
  }
  return 'pattern' in policy || admits(policy, origin.version ?? '');
};

/** Words that say how far a version is, and not what is in it. */
const stages = 'alpha|beta|rc|pre|preview|dev|snapshot|canary|nightly|next';
const stage = new RegExp(`^(?:${stages})$`, 'i');
/** `rc`, `rc1`, `1`, and the hash of a commit, as `git describe` writes it. */
const step = new RegExp(`^(?:(?:${stages})?\\d*|g?(?=[a-f]*\\d)[\\da-f]{7,40})$`, 'i');

/** `develop` and `develop-chromium`, `1.2.3` and `1.2.3-alpine`: one and the same version with something else in it. */
export const isVariantOf = (tag: string, of: string): boolean => {
  const suffix = tag.startsWith(of) ? tag.slice(of.length) : '';
  return /^(?:[-_.][A-Za-z]+)+$/.test(suffix) && !suffix.split(/[-_.]/).some((word) => stage.test(word));
};

/**
 * Whether a tag is of the same family as those that are given like this, admitted or not. A range says which versions are
 * released, and not whose a version is: one that lags behind it, or is a prerelease ahead of it, is brought to it. With a word
 * in it that is no stage, as in `1.2.3-alpine`, a version is a variant.
 */
export const isOfFamily = (scheme: TagScheme, tag: string): boolean => {
  if ('pattern' in scheme.policy || mayBeOf(scheme, tag)) return mayBeOf(scheme, tag);
  const origin = scheme.imageTag === undefined ? { tag } : originOf(scheme.imageTag, tag);
  const version = semver.parse(origin?.tag ?? origin?.version);
  return (
    version?.prerelease
      .join('-')
      .split('-')
      .every((word) => step.test(word)) === true
  );
};
