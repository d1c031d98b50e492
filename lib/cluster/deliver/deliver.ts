import { TagboatError } from '../../errors.ts';
import { familiarName } from '../../image.ts';
import { mapping } from '../../mapping.ts';
import { statusOf } from '../connect/api-error.ts';
import type { Cluster } from '../connect/cluster.ts';
import {
  describeWorkload,
  hasRollout,
  isWorkloadKind,
  type Workload,
  type WorkloadRef,
} from '../objects/objects.ts';
import { carriersOf, type ReleaseImage } from '../objects/template-image.ts';
import { applyFiles } from './apply.ts';
import { carriesRelease, workloadOf } from './document-workload.ts';
import { type ManifestObject, readDocuments } from './documents.ts';
import { setImage } from './set-image.ts';
import { readWorkload, rolloutsReferringTo, workloadsCarrying } from './workloads.ts';

export type { WorkloadKind, WorkloadRef } from '../objects/objects.ts';

export type ManifestFile = { readonly path: string; readonly text: string };

export type Delivery = ReleaseImage & {
  readonly mode: 'apply' | 'set-image' | 'agent';
  /** The environment's. */
  readonly namespace: string;
  /** The manifests that carry the image, after rewriting. */
  readonly files: readonly ManifestFile[];
  /** `apply`: what may be applied besides the kinds that every environment allows. */
  readonly kinds?: readonly string[] | undefined;
  /** For `kubernetes.io/change-cause`: app, tag and release id. */
  readonly changeCause: string;
};

/**
 * The workloads that plain manifests among the files define and that carry the image, and the Argo Rollouts that have
 * their template from one of them. Other files are passed over, and so are kinds that the cluster does not serve.
 */
const workloadsInFiles = async (cluster: Cluster, delivery: Delivery): Promise<readonly WorkloadRef[]> => {
  const defined = delivery.files
    .flatMap((file) => {
      try {
        return readDocuments(file).map(({ object }) => object);
      } catch (error) {
        // Helm values, a Kustomization, a template: no objects, so that the cluster has to be asked.
        if (error instanceof TagboatError) return [];
        throw error;
      }
    })
    .filter(({ metadata }) => (metadata.namespace ?? delivery.namespace) === delivery.namespace);
  const carrying = defined.filter((object) => carriesRelease(object, delivery));
  const refers = ({ apiVersion, kind, spec }: ManifestObject): boolean =>
    kind === 'Rollout' &&
    isWorkloadKind(apiVersion, kind) &&
    carrying.some(
      (one) => one.kind === 'Deployment' && one.metadata.name === mapping(mapping(spec).workloadRef).name,
    );
  const found = await Promise.all(
    defined
      .filter((one) => carrying.includes(one) || refers(one))
      .map((object) => workloadOf(cluster, object, delivery.namespace)),
  );
  return found.filter((ref) => ref !== undefined);
};

/** A Job that is not there has ended and was cleared away, or an agent runs it for a moment: nothing runs an old image. */
const mayBeAbsent = ({ kind }: WorkloadRef): boolean => kind === 'Job';

/** What has no rollout may stand in a manifest without the role's allowing to read it: it counts as there, and is not checked. */
const readIfAllowed = async (
  cluster: Cluster,
  ref: WorkloadRef,
): Promise<Workload | 'unread' | undefined> => {
  try {
    return await readWorkload(cluster, ref);
  } catch (error) {
    if (hasRollout(ref) || statusOf(error) !== 403) throw error;
    return 'unread';
  }
};

/**
 * The workloads that run the app, without touching them: those that the manifests define, as far as they are in the
 * cluster under that very name (a Kustomize overlay renames), else every one of the namespace that carries the image. None
 * where an agent has not created any of them yet and the manifests do not say which it will.
 * @throws TagboatError `workload-not-found`, `cluster-*`
 */
export const findWorkloads = async (
  cluster: Cluster,
  delivery: Delivery,
): Promise<readonly WorkloadRef[]> => {
  const inFiles = await workloadsInFiles(cluster, delivery);
  const known = await Promise.all(
    inFiles.map(async (ref) => {
      const workload = await readIfAllowed(cluster, ref);
      const isPresent =
        workload === 'unread' ||
        (workload !== undefined && carriersOf(workload.spec.template.spec, delivery.image).length > 0);
      return { ref, isPresent };
    }),
  );
  const expected = known.filter(({ ref, isPresent }) => isPresent || !mayBeAbsent(ref));
  const defined = expected.map(({ ref }) => ref);
  const present = expected.map(({ isPresent }) => isPresent);
  if (defined.length > 0 && present.every(Boolean)) return defined;
  // An agent has created some of them, and not the others yet.
  if (delivery.mode === 'agent' && present.some(Boolean)) return defined;
  // A Kustomize overlay may have renamed those that are not there.
  const carrying = await workloadsCarrying(cluster, { ...delivery, more: defined });
  if (carrying.length > 0) return carrying;
  // The agent has not created any of them yet.
  if (delivery.mode === 'agent')
    return defined.length > 0 ? defined : await workloadsCarrying(cluster, { ...delivery, isWatched: true });
  throw new TagboatError(
    'workload-not-found',
    `namespace ${delivery.namespace} has no Deployment, StatefulSet, DaemonSet, CronJob or Rollout that carries ${familiarName(delivery.image)}`,
  );
};

/**
 * Brings a release to the cluster and answers with the workloads whose rollout is to be watched. Doing it twice starts
 * no second rollout.
 *
 * - `apply`: server-side apply of every document of the files, with force: the config repo decides the fields
 *   that it sets, as with Argo CD and Flux; fields that it does not set (replicas under an autoscaler, for example) stay
 *   with their own manager, and so do those that an earlier `kubectl apply` has set and the manifest no longer has.
 *   Documents go to the environment's namespace; one that names another is refused, as kubectl
 *   does with `--namespace`, and so is one of a kind that the environment does not allow. All documents are checked
 *   before the first is applied.
 * - `set-image`: changes the image of the containers that carry it, and nothing where it is right already. What cannot be
 *   set is answered as well, so that the verdict names it.
 * - `agent`: changes nothing. Answers nothing where the agent has yet to create what it is; see `SeekWorkloads`.
 *
 * Workloads of kinds that have no rollout (CronJob, custom resources with a pod template) are answered with the others: they
 * count once their template has the image.
 *
 * An Argo Rollout that has its template from one of these Deployments is answered with it.
 *
 * @throws TagboatError `cluster-*`; `manifest-unparsable`, `manifest-not-applicable`, `kind-not-allowed` (apply);
 *   `workload-not-found` (set-image)
 */
export const deliver = async (cluster: Cluster, delivery: Delivery): Promise<readonly WorkloadRef[]> => {
  const workloads =
    delivery.mode === 'apply' ? await applyFiles(cluster, delivery) : await findWorkloads(cluster, delivery);
  if (delivery.mode === 'set-image')
    for (const ref of workloads) await setImage(cluster, ref, delivery, delivery.changeCause);
  const known = new Set(workloads.map(describeWorkload));
  const referring = await rolloutsReferringTo(cluster, workloads);
  return [...workloads, ...referring.filter((ref) => !known.has(describeWorkload(ref)))];
};
