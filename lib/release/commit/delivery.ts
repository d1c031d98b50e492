import type { Delivery, ManifestFile } from '../../cluster/deliver/deliver.ts';
import { familiarName } from '../../image.ts';
import type { TargetedRelease } from '../model/target.ts';

/** What is brought to the cluster for a release. @param files as they are in its commit */
export const deliveryOf = (
  { release, target: { environment } }: TargetedRelease,
  files: readonly ManifestFile[],
): Delivery => ({
  mode: environment.deliver,
  namespace: environment.namespace,
  image: release.image,
  tag: release.tag,
  digest: environment.pin === 'digest' ? release.digest : undefined,
  otherTags: release.otherTags,
  files,
  kinds: environment.kinds,
  restartedAt: release.restartedAt,
  release: release.id,
  replaceJobs: environment.replaceJobs,
  leavesJobs: release.kind === 'undo',
  changeCause: `${release.app} ${release.tag} (${release.kind} ${release.id}): ${familiarName(release.image)}:${release.tag}`,
});
