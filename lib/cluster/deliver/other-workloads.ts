import type { Cluster } from '../connect/cluster.ts';
import { findResource } from '../connect/discovery.ts';
import { listAll } from '../connect/list.ts';
import { collectionPath, hasRollout, type Workload, type WorkloadRef } from '../objects/objects.ts';
import { withOneTemplate } from '../objects/pod-specs.ts';
import { listIfAllowed } from './list-if-allowed.ts';

/** A kind without a rollout, and what the API server calls its collection. */
type OtherKind = Pick<WorkloadRef, 'apiVersion' | 'kind' | 'plural'>;

/** Versions of CronJob, the newest first: before Kubernetes 1.21 there is only the second. */
const cronJobVersions = ['batch/v1', 'batch/v1beta1'];

/** None where the cluster does not serve it, or does not tell these credentials what it serves. */
const findCronJob = async (cluster: Cluster, namespace: string): Promise<OtherKind | undefined> => {
  const [found] = await listIfAllowed(cluster, 'CronJob', namespace, async () => {
    for (const apiVersion of cronJobVersions) {
      const plural = (await findResource(cluster, apiVersion, 'CronJob'))?.plural;
      if (plural !== undefined) return [{ apiVersion, kind: 'CronJob', plural }];
    }
    return [];
  });
  return found;
};

const listOthers = async (
  cluster: Cluster,
  { apiVersion, kind, plural }: OtherKind,
  namespace: string,
  carry: (workload: Workload) => boolean,
): Promise<readonly WorkloadRef[]> => {
  const of = { apiVersion, kind, plural, namespace };
  const request = { path: collectionPath({ ...of, name: '' }), what: `${kind}s in ${namespace}` };
  const found = await listIfAllowed(
    cluster,
    kind,
    namespace,
    async () => (await listAll<Workload>(cluster, request)).items,
  );
  return found
    .filter((object) => carry(withOneTemplate(object)))
    .map(({ metadata }) => ({ ...of, name: metadata.name }));
};

/**
 * The workloads without a rollout that carry the image: CronJobs, and those of the kinds of `more`. Not Jobs, which come and
 * go: one is meant only where a manifest names it.
 */
export const othersCarrying = async (
  cluster: Cluster,
  more: readonly WorkloadRef[],
  namespace: string,
  carry: (workload: Workload) => boolean,
): Promise<readonly WorkloadRef[]> => {
  const cronJob = await findCronJob(cluster, namespace);
  const kinds = new Map<string, OtherKind>(cronJob === undefined ? [] : [['CronJob', cronJob]]);
  for (const ref of more)
    if (!hasRollout(ref) && ref.kind !== 'Job' && !kinds.has(ref.kind)) kinds.set(ref.kind, ref);
  const found = await Promise.all(
    [...kinds.values()].map((kind) => listOthers(cluster, kind, namespace, carry)),
  );
  return found.flat();
};
