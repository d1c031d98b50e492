import { imageTagOf, originOf } from '../model/image-tag.ts';
import type { Release } from '../model/release.ts';
import { schemeOf, type TagScheme } from '../model/tag-scheme.ts';
import type { Target } from '../model/target.ts';

/**
 * What the Git host calls the version that has this tag of the image. Undefined where that cannot be told.
 * @param known releases around it: one of them may say, or have a Git tag that is like the one looked for
 */
export const gitTagOf = (tag: string, known: readonly Release[], target: Target): string | undefined => {
  const scheme = schemeOf(target);
  if (scheme.imageTag === undefined) return tag;
  const own = known.filter((release) => release.tag === tag).map(ownGitTag);
  const alike = known.map((release) => alikeOf(tag, release, scheme));
  return [...own, ...alike].find((found) => found !== undefined);
};

/** What a hook asked for; an undo and a manual release name the tag of the image. */
const ownGitTag = ({ gitTag, tag, kind, byHand }: Release): string | undefined =>
  gitTag ?? (kind === 'release' && byHand !== true ? tag : undefined);

/** The Git tag of a release with the other version in it, where the image of that has this very tag: `app@1.2.2`, of `app@1.2.3`. */
const alikeOf = (tag: string, release: Release, scheme: TagScheme): string | undefined => {
  const { policy, imageTag: template } = scheme;
  const gitTag = ownGitTag(release);
  if (template === undefined || gitTag === undefined) return undefined;
  const [own, other] = [originOf(template, release.tag), originOf(template, tag)];
  const [from, to] = [own?.tag ?? own?.version, other?.tag ?? other?.version];
  if (from === undefined || to === undefined) return undefined;
  const candidate = gitTag.replace(from, () => to);
  return imageTagOf(template, policy, candidate) === tag ? candidate : undefined;
};
