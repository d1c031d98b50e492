import { TagboatError } from '../errors.ts';
import { familiarName } from '../image.ts';
import { applyFiles } from './apply.ts';
import type { Cluster } from './cluster.ts';
import { readDocuments } from './documents.ts';
import { isWorkloadKind, type PodSpec, type WorkloadRef } from './objects.ts';
import { setImage } from './set-image.ts';
import { carriersOf, type ReleaseImage } from './template-image.ts';
import { readWorkload, workloadsCarrying } from './workloads.ts';

export type { WorkloadKind, WorkloadRef } from './objects.ts';

export type ManifestFile = { readonly path: string; readonly text: string };

export type Delivery = ReleaseImage & {
  readonly mode: 'apply' | 'set-image' | 'agent';
  /** The environment's. */
  readonly namespace: string;
  /** The manifests that carry the image, after rewriting. */
  readonly files: readonly ManifestFile[];
  /** For `kubernetes.io/change-cause`: app, tag and release id. */
  readonly changeCause: string;
};

/** The workloads that plain manifests among the files define and that carry the image. Other files are passed over. */
const workloadsInFiles = (delivery: Delivery): readonly WorkloadRef[] =>
  delivery.files.flatMap((file) => {
    try {
      return readDocuments(file).flatMap(({ object }) => {
        const { apiVersion, kind, metadata, spec } = object;
        const pod = (spec as { template?: { spec?: PodSpec } } | undefined)?.template?.spec;
        const namespace = metadata.namespace ?? delivery.namespace;
        return isWorkloadKind(apiVersion, kind) &&
          namespace === delivery.namespace &&
          carriersOf(pod, delivery.image).length > 0
          ? [{ apiVersion, kind, namespace, name: metadata.name }]
          : [];
      });
    } catch (error) {
      // Helm values, a Kustomization, a template: no objects, so that the cluster has to be asked.
      if (error instanceof TagboatError) return [];
      throw error;
    }
  });

/**
 * The workloads that run the app, without touching them: those that the manifests define, as far as they are in the
 * cluster under that very name (a Kustomize overlay renames), else every one of the namespace that carries the image.
 */
const findWorkloads = async (cluster: Cluster, delivery: Delivery): Promise<readonly WorkloadRef[]> => {
  const defined = workloadsInFiles(delivery);
  const present = await Promise.all(
    defined.map(async (ref) => {
      const workload = await readWorkload(cluster, ref);
      return workload !== undefined && carriersOf(workload.spec.template.spec, delivery.image).length > 0;
    }),
  );
  if (defined.length > 0 && present.every(Boolean)) return defined;
  // An agent has created some, and has yet to create the others.
  if (delivery.mode === 'agent' && present.some(Boolean)) return defined;
  const carrying = await workloadsCarrying(cluster, delivery.namespace, delivery.image);
  if (carrying.length > 0) return carrying;
  // The first release: an agent has yet to create them all.
  if (delivery.mode === 'agent' && defined.length > 0) return defined;
  throw new TagboatError(
    'workload-not-found',
    `namespace ${delivery.namespace} has no Deployment, StatefulSet or DaemonSet that carries ${familiarName(delivery.image)}`,
  );
};

/**
 * Brings a release to the cluster and answers with the workloads whose rollout is to be watched. Doing it twice starts
 * no second rollout.
 *
 * - `apply`: server-side apply of every document of the files, with force: the config repo is the truth about the fields
 *   that it sets, as with Argo CD and Flux; fields that it does not set (replicas under an autoscaler, say) stay with
 *   whoever manages them, and so does what an earlier `kubectl apply` has set and the manifest has dropped since.
 *   Documents go to the environment's namespace; one that names another is refused, as kubectl
 *   does with `--namespace`. All documents are checked before the first is applied. Workloads of kinds that have no
 *   rollout (CronJob, custom resources) are applied and not answered.
 * - `set-image`: changes the image of the containers that carry it, and nothing where it is right already.
 * - `agent`: changes nothing.
 *
 * @throws TagboatError `cluster-*`; `manifest-unparsable`; `workload-not-found` (set-image, agent)
 */
export const deliver = async (cluster: Cluster, delivery: Delivery): Promise<readonly WorkloadRef[]> => {
  if (delivery.mode === 'apply') return await applyFiles(cluster, delivery);
  const workloads = await findWorkloads(cluster, delivery);
  if (delivery.mode === 'set-image')
    for (const ref of workloads) await setImage(cluster, ref, delivery, delivery.changeCause);
  return workloads;
};
