import { mapping } from '../../mapping.ts';
import type { Cluster } from '../connect/cluster.ts';
import { isWorkloadKind, type WorkloadRef } from '../objects/objects.ts';
import type { Delivery } from './delivery.ts';
import { carriesRelease, workloadOf } from './document-workload.ts';
import { type ManifestDocument, readWhatIsReadable } from './documents.ts';
import { checkNamespace, otherNamespace } from './other-namespace.ts';

type WorkloadsInFiles = {
  readonly workloads: readonly WorkloadRef[];
  /** False where the image is mentioned beside the objects too, so that the cluster has to be asked for more. */
  readonly isComplete: boolean;
};

/** Whether a document may be about the image: Helm values often name its registry and its path apart. */
const mentions = (text: string, image: string): boolean =>
  text.includes(image.slice(image.lastIndexOf('/') + 1));

/** The Argo Rollouts that have their template from one of the Deployments. */
const referTo = (carrying: readonly ManifestDocument[], { object }: ManifestDocument): boolean =>
  object.kind === 'Rollout' &&
  isWorkloadKind(object.apiVersion, object.kind) &&
  carrying.some(
    ({ object: { kind, metadata } }) =>
      kind === 'Deployment' && metadata.name === mapping(mapping(object.spec).workloadRef).name,
  );

/**
 * The workloads that plain manifests among the files define and that carry the release, and the Argo Rollouts that have
 * their template from one of them. What is no object is passed over, and so are kinds that the cluster does not serve. An
 * agent brings a workload to the namespace that it names, and it is watched there.
 * @throws TagboatError `manifest-not-applicable` (set-image) where one of them is in another namespace; `cluster-*`
 */
export const workloadsInFiles = async (cluster: Cluster, delivery: Delivery): Promise<WorkloadsInFiles> => {
  const { namespace } = delivery;
  const read = delivery.files.map(readWhatIsReadable);
  const defined = read.flatMap(({ objects }) => objects);
  const carrying = defined.filter(
    // Under which name a Job with `generateName` is in the cluster is not known here; see `jobsNotFollowed`.
    ({ object, generateName }) => generateName === undefined && carriesRelease(object, delivery),
  );
  const found = await Promise.all(
    defined
      .filter((one) => carrying.includes(one) || referTo(carrying, one))
      .map(async (one) => {
        const ref = await workloadOf(cluster, one.object, otherNamespace(one, namespace) ?? namespace);
        if (ref !== undefined && delivery.mode === 'set-image') checkNamespace(one, namespace);
        return ref;
      }),
  );
  return {
    workloads: found.filter((ref) => ref !== undefined),
    isComplete: !read.some(({ unread }) => unread.some((text) => mentions(text, delivery.image))),
  };
};
