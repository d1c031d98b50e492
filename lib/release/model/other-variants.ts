import { commonPath } from '../../config/overlap.ts';
import type { Config } from '../../config/types.ts';
import { allGlobs } from './image-places.ts';
import { lockGroupOf } from './lock-group.ts';
import { othersWithImage } from './sharers.ts';
import { mayBeOf } from './tag-family.ts';
import { schemeOf } from './tag-scheme.ts';
import type { Target, TargetedRelease } from './target.ts';

const runsBeside = ({ environment: one }: Target, { environment: other }: Target): boolean =>
  one.cluster === other.cluster && one.namespace === other.namespace;

/** Without those that take files out again. */
const wantedGlobs = ({ environment }: Target): readonly string[] =>
  allGlobs(environment).filter((glob) => !/^!(?!\()/.test(glob));

const isInSameFiles = (one: Target, other: Target): boolean =>
  lockGroupOf(one.repo) === lockGroupOf(other.repo) &&
  wantedGlobs(one).some((glob) =>
    wantedGlobs(other).some((another) => commonPath(glob, another) !== undefined),
  );

/**
 * Tells the tags of other variants of a release's image, in a cluster: those that its commit has left alone, and those that
 * another environment, in the same namespace or the same files, admits and its own does not: the other one's releases go on
 * after the commit. What its commit has replaced is its own, whoever else would take it. Pure.
 */
export const otherVariantsOf = (
  { release, target }: TargetedRelease,
  config: Config,
): ((tag: string) => boolean) => {
  const left = new Set(release.otherTags);
  const own = new Set([release.tag, ...(release.replaced ?? []).map(({ tag }) => tag)]);
  const scheme = schemeOf(target);
  const others = othersWithImage(release, target, config)
    .filter((other) => runsBeside(other.target, target) || isInSameFiles(other.target, target))
    .map((other) => schemeOf(other.target));
  return (tag) =>
    left.has(tag) || (!own.has(tag) && !mayBeOf(scheme, tag) && others.some((other) => mayBeOf(other, tag)));
};
