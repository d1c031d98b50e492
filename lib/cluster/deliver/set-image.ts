import { TagboatError } from '../../errors.ts';
import { statusOf } from '../connect/api-error.ts';
import type { Cluster } from '../connect/cluster.ts';
import { templateHolder } from '../objects/argo-template.ts';
import {
  describeWorkload,
  hasRollout,
  type Workload,
  type WorkloadRef,
  workloadPath,
} from '../objects/objects.ts';
import { type CarrierAt, carriersIn } from '../objects/pod-specs.ts';
import { unsettable } from '../objects/settable.ts';
import { type Carrier, isRelease, type ReleaseImage, withRelease } from '../objects/template-image.ts';
import { changeCauseAnnotation, fieldManager } from './apply.ts';
import { readObject } from './workloads.ts';

/** Status updates of a busy workload move its resource version too, so that a few tries are normal. */
const maxAttempts = 8;

type Patch = { readonly type: string; readonly value: unknown };

const imagesOf = (list: Carrier['list'], carriers: readonly Carrier[], release: ReleaseImage) => {
  const changed = carriers
    .filter((carrier) => carrier.list === list)
    .map((carrier) => ({ name: carrier.container, image: withRelease(carrier, release) }));
  return changed.length === 0 ? {} : { [list]: changed };
};

const strategicMergePatch = (
  { metadata: { resourceVersion } }: Workload,
  stale: readonly Carrier[],
  release: ReleaseImage,
  changeCause: string,
): Patch => ({
  type: 'application/strategic-merge-patch+json',
  value: {
    metadata: { resourceVersion, annotations: { [changeCauseAnnotation]: changeCause } },
    spec: {
      template: {
        spec: { ...imagesOf('initContainers', stale, release), ...imagesOf('containers', stale, release) },
      },
    },
  },
});

const pointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * The same for every other kind, which takes no strategic merge patch or has its pod spec elsewhere. Writing the resource
 * version that was read is what makes the server refuse the patch when it is another by now, so that the positions are right.
 */
const jsonPatch = (
  { metadata }: Workload,
  stale: readonly CarrierAt[],
  release: ReleaseImage,
  changeCause: string,
): Patch => {
  const annotations = '/metadata/annotations';
  return {
    type: 'application/json-patch+json',
    value: [
      { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
      metadata.annotations === undefined
        ? { op: 'add', path: annotations, value: { [changeCauseAnnotation]: changeCause } }
        : { op: 'add', path: `${annotations}/${pointer(changeCauseAnnotation)}`, value: changeCause },
      ...stale.map((carrier) => {
        const index = (carrier.spec[carrier.list] ?? []).findIndex(({ name }) => name === carrier.container);
        return {
          op: 'replace',
          path: `/${[...carrier.path, carrier.list, String(index), 'image'].map(pointer).join('/')}`,
          value: withRelease(carrier, release),
        };
      }),
    ],
  };
};

const patchOf = (
  ref: WorkloadRef,
  object: Workload,
  stale: readonly CarrierAt[],
  release: ReleaseImage,
  changeCause: string,
): Patch =>
  hasRollout(ref) && ref.kind !== 'Rollout'
    ? strategicMergePatch(object, stale, release, changeCause)
    : jsonPatch(object, stale, release, changeCause);

/**
 * Sets the image of the containers that carry it, and nothing else, in a workload of any kind that has pod specs; of an
 * Argo Rollout that has its template from a Deployment, in that. What cannot be set is left alone, for the verdict to name;
 * see `unsettable`. The server takes the patch only for the version that
 * was read: a container that was removed meanwhile must not come back with nothing but a name and an image.
 * @returns true where something was changed
 * @throws TagboatError `cluster-*`, `workload-not-found`
 */
export const setImage = async (
  cluster: Cluster,
  ref: WorkloadRef,
  release: ReleaseImage,
  changeCause: string,
): Promise<boolean> => {
  if (unsettable(ref) !== undefined) return false;
  for (let attempt = 1; ; attempt++) {
    const object = await readObject(cluster, ref);
    if (object === undefined)
      throw new TagboatError('workload-not-found', `${describeWorkload(ref)} is not in the cluster`);
    const holder = ref.kind === 'Rollout' ? templateHolder(object, ref.namespace) : undefined;
    if (holder !== undefined) return await setImage(cluster, holder, release, changeCause);
    const stale = carriersIn(object, release.image).filter(
      ({ reference }) =>
        !isRelease(reference, release) &&
        (reference.tag === undefined || release.isOtherVariant?.(reference.tag) !== true),
    );
    if (stale.length === 0) return false;
    const body = patchOf(ref, object, stale, release, changeCause);
    try {
      await cluster.api.json({
        method: 'PATCH',
        path: workloadPath(ref),
        query: { fieldManager },
        body,
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
