import { TagboatError } from '../../errors.ts';
import { familiarName } from '../../image.ts';
import type { Cluster } from '../connect/cluster.ts';
import { describeWorkload, hasRollout, isJob, type WorkloadRef } from '../objects/objects.ts';
import { carriersOf } from '../objects/template-image.ts';
import { applyFiles } from './apply.ts';
import type { Delivery } from './delivery.ts';
import { readIfAllowed } from './read-if-allowed.ts';
import { restart } from './restart.ts';
import { setImage } from './set-image.ts';
import { rolloutsReferringTo, workloadsCarrying } from './workloads.ts';
import { workloadsInFiles } from './workloads-in-files.ts';

export type { WorkloadKind, WorkloadRef } from '../objects/objects.ts';
export type { Delivery, ManifestFile } from './delivery.ts';

const distinct = (workloads: readonly WorkloadRef[]): readonly WorkloadRef[] => [
  ...new Map(workloads.map((ref) => [describeWorkload(ref), ref])).values(),
];

/**
 * The workloads that run the app, without touching them: those that the manifests define, as far as they are in the
 * cluster under that very name (a Kustomize overlay renames), else every one of the namespace that carries the image; both
 * where the image stands in plain manifests and beside them. None where an agent has not created any of them yet and the
 * manifests do not say which it will.
 * @throws TagboatError `workload-not-found`, `cluster-*`; `manifest-not-applicable` (set-image)
 */
export const findWorkloads = async (
  cluster: Cluster,
  delivery: Delivery,
): Promise<readonly WorkloadRef[]> => {
  const inFiles = await workloadsInFiles(cluster, delivery);
  const known = await Promise.all(
    inFiles.workloads.map(async (ref) => {
      const workload = await readIfAllowed(cluster, ref, delivery.namespace);
      const isPresent =
        workload === 'unread' ||
        (workload !== undefined &&
          carriersOf(workload.spec.template.spec, delivery.image, delivery.isOtherVariant).length > 0);
      return { ref, isPresent };
    }),
  );
  // A Job that is not there has ended and was cleared away, or an agent is about to run it: nothing runs an old image.
  const expected = known.filter(({ ref, isPresent }) => isPresent || !isJob(ref));
  const defined = (delivery.mode === 'agent' ? known : expected).map(({ ref }) => ref);
  const present = expected.map(({ isPresent }) => isPresent);
  // An agent may have created some of them, and not the others yet.
  if (delivery.mode === 'agent' ? present.some(Boolean) : defined.length > 0 && present.every(Boolean))
    return inFiles.isComplete
      ? defined
      : distinct([...defined, ...(await workloadsCarrying(cluster, { ...delivery, more: defined }))]);
  // A Kustomize overlay may have renamed those that are not there.
  const carrying = await workloadsCarrying(cluster, { ...delivery, more: defined });
  if (carrying.length > 0) return carrying;
  // The agent has not created any of them yet.
  if (delivery.mode === 'agent') return defined;
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
 * With `replaceJobs`, the Job of an earlier release goes before that of this one; see `deleteEarlierJob`.
 * Where the tag has moved, the workloads with a rollout are restarted besides, but for those of an agent; see `restart`.
 *
 * Workloads of kinds that have no rollout (CronJob, custom resources with a pod template) are answered with the others: they
 * count once their template has the image.
 *
 * An Argo Rollout that has its template from one of these Deployments is answered with it.
 *
 * @throws TagboatError `cluster-*`; `manifest-unparsable`, `manifest-not-applicable`, `kind-not-allowed` (apply);
 *   `job-running` (apply, where Jobs are replaced); `workload-not-found`, `manifest-not-applicable` where one names another
 *   namespace (set-image)
 */
export const deliver = async (cluster: Cluster, delivery: Delivery): Promise<readonly WorkloadRef[]> => {
  const workloads =
    delivery.mode === 'apply' ? await applyFiles(cluster, delivery) : await findWorkloads(cluster, delivery);
  if (delivery.mode === 'set-image')
    for (const ref of workloads) await setImage(cluster, ref, delivery, delivery.changeCause);
  const { restartedAt } = delivery;
  if (restartedAt !== undefined && delivery.mode !== 'agent')
    for (const ref of workloads.filter(hasRollout)) await restart(cluster, ref, restartedAt);
  return distinct([...workloads, ...(await rolloutsReferringTo(cluster, workloads))]);
};
