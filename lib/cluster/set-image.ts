import { TagboatError } from '../errors.ts';
import { statusOf } from './api-error.ts';
import { changeCauseAnnotation, fieldManager } from './apply.ts';
import type { Cluster } from './cluster.ts';
import { describeWorkload, type WorkloadRef, workloadPath } from './objects.ts';
import { type Carrier, carriersOf, isRelease, type ReleaseImage, withRelease } from './template-image.ts';
import { readWorkload } from './workloads.ts';

/** Status updates of a busy workload move its resource version too, so that a few tries are normal. */
const maxAttempts = 8;

const imagesOf = (list: Carrier['list'], carriers: readonly Carrier[], release: ReleaseImage) => {
  const changed = carriers
    .filter((carrier) => carrier.list === list)
    .map((carrier) => ({ name: carrier.container, image: withRelease(carrier, release) }));
  return changed.length === 0 ? {} : { [list]: changed };
};

/**
 * Sets the image of the containers that carry it, and nothing else. The patch holds only against the version that was
 * read: a container that somebody removes meanwhile must not come back as a name and an image.
 * @returns true where something was changed
 * @throws TagboatError `cluster-*`, `workload-not-found`
 */
export const setImage = async (
  cluster: Cluster,
  ref: WorkloadRef,
  release: ReleaseImage,
  changeCause: string,
): Promise<boolean> => {
  for (let attempt = 1; ; attempt++) {
    const workload = await readWorkload(cluster, ref);
    if (workload === undefined)
      throw new TagboatError('workload-not-found', `${describeWorkload(ref)} is not in the cluster`);
    const stale = carriersOf(workload.spec.template.spec, release.image).filter(
      (carrier) => !isRelease(carrier.reference, release),
    );
    if (stale.length === 0) return false;
    const value = {
      metadata: {
        resourceVersion: workload.metadata.resourceVersion,
        annotations: { [changeCauseAnnotation]: changeCause },
      },
      spec: {
        template: {
          spec: { ...imagesOf('initContainers', stale, release), ...imagesOf('containers', stale, release) },
        },
      },
    };
    try {
      await cluster.api.json({
        method: 'PATCH',
        path: workloadPath(ref),
        query: { fieldManager },
        body: { type: 'application/strategic-merge-patch+json', value },
        what: `set the image of ${describeWorkload(ref)}`,
      });
      cluster.logger.info('image set', { kind: ref.kind, namespace: ref.namespace, name: ref.name });
      return true;
    } catch (error) {
      if (statusOf(error) !== 409) throw error;
      if (attempt === maxAttempts)
        throw new TagboatError(
          'cluster-conflict',
          `${describeWorkload(ref)} was changed by others at each of ${maxAttempts} attempts to set its image`,
          { cause: error, retry: 'retryable' },
        );
    }
  }
};
