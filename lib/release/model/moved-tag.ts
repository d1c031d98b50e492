import type { EnvironmentConfig } from '../../config/types.ts';
import type { Reason } from '../../view/reason.ts';
import { type ImageVersion, isUndelivered, type Release } from './release.ts';

/** What comes of a release whose tag Git has already, with another image. */
export type MovedTag =
  /** It has not moved, as far as is known, or its digest stands in Git. */
  | { readonly type: 'unmoved' }
  | { readonly type: 'restart' }
  | { readonly type: 'skip'; readonly reason: Reason };

const unmoved = { type: 'unmoved' } as const;

/** What decides, of an environment. */
type Settings = Pick<EnvironmentConfig, 'pin' | 'onMovedTag' | 'deliver'>;

/**
 * True where it matters what stands: without a pinned digest Git says the tag alone, which is the same before and after it was
 * pushed again. Pure.
 * @param deployed what the manifests carry now
 */
export const mayHaveMoved = (
  { kind, tag, digest }: Release,
  deployed: readonly ImageVersion[],
  { pin }: Settings,
): boolean =>
  pin !== 'digest' && kind === 'release' && digest !== undefined && deployed.some((one) => one.tag === tag);

/**
 * What becomes of a release whose tag was pushed again. What a user asks for is delivered again, and the digest that its pods run
 * decides. So it is with what was committed and never came to its cluster: nothing runs that it could be confused with. Pure.
 * @param standing the release that was committed last, and not undone
 */
export const decideOnMovedTag = (
  release: Release,
  deployed: readonly ImageVersion[],
  standing: Release | undefined,
  settings: Settings,
): MovedTag => {
  const { tag, digest } = release;
  if (digest === undefined || !mayHaveMoved(release, deployed, settings)) return unmoved;
  if (standing?.tag !== tag || standing.digest === undefined) return unmoved;
  if (isUndelivered(standing) || standing.state === 'committed') return unmoved;
  // A restart that failed is tried again as one.
  const failedToRestart = standing.state === 'failed' && standing.restartedAt !== undefined;
  if (standing.digest === digest && !failedToRestart) return unmoved;
  if (settings.onMovedTag === 'restart' && settings.deliver !== 'agent') return { type: 'restart' };
  const changesGit = deployed.some((one) => one.tag !== tag || one.digest !== undefined);
  if (changesGit || release.byHand === true || standing.digest === digest) return unmoved;
  return { type: 'skip', reason: { code: 'tag-moved', tag, digest } };
};

/**
 * True for a release that was skipped since its tag was pushed again, and would be once more. Whoever announces the same image
 * again, however often, finds that one. Pure.
 */
export const staysSkipped = ({ state, reason }: Release, { pin, onMovedTag }: Settings): boolean =>
  state === 'skipped' && reason?.code === 'tag-moved' && pin !== 'digest' && onMovedTag !== 'restart';

/**
 * True where the newest image that is on record under a tag is not the one that was healthy under it: without a pinned digest it is
 * that which comes back. Pure.
 * @param known newest first
 */
export const hasMovedSince = (
  tag: string,
  known: readonly Release[],
  pin: EnvironmentConfig['pin'],
): boolean => {
  const ofTag = known.filter((one) => one.tag === tag && one.digest !== undefined);
  const newest = ofTag[0]?.digest;
  const wasHealthy = ofTag.some(
    ({ digest, state, undoneFrom }) => digest === newest && (state === 'healthy' || undoneFrom === 'healthy'),
  );
  return pin !== 'digest' && !wasHealthy && ofTag.some(({ digest }) => digest !== newest);
};
