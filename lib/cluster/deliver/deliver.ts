import { TagboatError } from '../../errors.ts';
import { familiarName } from '../../image.ts';
import type { Cluster } from '../connect/cluster.ts';
import { describeWorkload, isWorkloadKind, type PodSpec, type WorkloadRef } from '../objects/objects.ts';
import { carriersOf, type ReleaseImage, watchedCarriersOf } from '../objects/template-image.ts';
import { applyFiles } from './apply.ts';
import { readDocuments } from './documents.ts';
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

type Spec = {
  readonly template?: { readonly spec?: PodSpec };
  readonly workloadRef?: { readonly name?: unknown };
};

/**
 * The workloads that plain manifests among the files define and that carry the image, and the Argo Rollouts that have
 * their template from one of them. Other files are passed over.
 */
const workloadsInFiles = (delivery: Delivery): readonly WorkloadRef[] => {
  const defined = delivery.files.flatMap((file) => {
    try {
      return readDocuments(file).flatMap(({ object }) => {
        const { apiVersion, kind, metadata, spec } = object;
        const namespace = metadata.namespace ?? delivery.namespace;
        return isWorkloadKind(apiVersion, kind) && namespace === delivery.namespace
          ? [{ ref: { apiVersion, kind, namespace, name: metadata.name }, spec: spec as Spec | undefined }]
          : [];
      });
    } catch (error) {
      // Helm values, a Kustomization, a template: no objects, so that the cluster has to be asked.
      if (error instanceof TagboatError) return [];
      throw error;
    }
  });
  const carrying = defined.filter(({ spec }) => carriersOf(spec?.template?.spec, delivery.image).length > 0);
  const refers = ({ ref, spec }: (typeof defined)[number]): boolean =>
    ref.kind === 'Rollout' &&
    carrying.some(({ ref: { kind, name } }) => kind === 'Deployment' && name === spec?.workloadRef?.name);
  return defined.filter((one) => carrying.includes(one) || refers(one)).map(({ ref }) => ref);
};

/**
 * The workloads that run the app, without touching them: those that the manifests define, as far as they are in the
 * cluster under that very name (a Kustomize overlay renames), else every one of the namespace that carries the image.
 * @throws TagboatError `workload-not-found`, `cluster-*`
 */
export const findWorkloads = async (
  cluster: Cluster,
  delivery: Delivery,
): Promise<readonly WorkloadRef[]> => {
  const defined = workloadsInFiles(delivery);
  const present = await Promise.all(
    defined.map(async (ref) => {
      const workload = await readWorkload(cluster, ref);
      return workload !== undefined && carriersOf(workload.spec.template.spec, delivery.image).length > 0;
    }),
  );
  if (defined.length > 0 && present.every(Boolean)) return defined;
  // An agent has created some of them, and not the others yet.
  if (delivery.mode === 'agent' && present.some(Boolean)) return defined;
  const carrying = await workloadsCarrying(cluster, delivery.namespace, delivery.image);
  if (carrying.length > 0) return carrying;
  // The first release: the agent has not created any of them yet.
  if (delivery.mode === 'agent' && defined.length > 0) return defined;
  // They are only watched: a webhook may have redirected them to a mirror.
  const mirrored =
    delivery.mode === 'agent'
      ? await workloadsCarrying(cluster, delivery.namespace, delivery.image, watchedCarriersOf)
      : [];
  if (mirrored.length > 0) return mirrored;
  throw new TagboatError(
    'workload-not-found',
    `namespace ${delivery.namespace} has no Deployment, StatefulSet, DaemonSet or Rollout that carries ${familiarName(delivery.image)}`,
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
 *   before the first is applied. Workloads of kinds that have no
 *   rollout (CronJob, custom resources other than Argo's) are applied and not answered.
 * - `set-image`: changes the image of the containers that carry it, and nothing where it is right already.
 * - `agent`: changes nothing.
 *
 * An Argo Rollout that has its template from one of these Deployments is answered with it.
 *
 * @throws TagboatError `cluster-*`; `manifest-unparsable`, `manifest-not-applicable`, `kind-not-allowed` (apply);
 *   `workload-not-found` (set-image, agent)
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
