import type { Delivery, ManifestFile } from '../../cluster/deliver/deliver.ts';
import type { Config } from '../../config/types.ts';
import { familiarName } from '../../image.ts';
import { otherVariantsOf } from '../model/other-variants.ts';
import type { TargetedRelease } from '../model/target.ts';

/** What is brought to the cluster for a release. @param files as they are in its commit */
export const deliveryOf = (
  { release, target }: TargetedRelease,
  files: readonly ManifestFile[],
  config: Config,
): Delivery => ({
  mode: target.environment.deliver,
  namespace: target.environment.namespace,
  image: release.image,
  tag: release.tag,
  digest: target.environment.pin === 'digest' ? release.digest : undefined,
  isOtherVariant: otherVariantsOf({ release, target }, config),
  files,
  kinds: target.environment.kinds,
  restartedAt: release.restartedAt,
  release: release.id,
  replaceJobs: target.environment.replaceJobs,
  leavesJobs: release.kind === 'undo',
  changeCause: `${release.app} ${release.tag} (${release.kind} ${release.id}): ${familiarName(release.image)}:${release.tag}`,
});
