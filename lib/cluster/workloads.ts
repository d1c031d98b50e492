import { statusOf } from './api-error.ts';
import type { Cluster } from './cluster.ts';
import {
  describeWorkload,
  type ObjectList,
  type Workload,
  type WorkloadRef,
  workloadKinds,
  workloadPath,
  workloadsPath,
} from './objects.ts';
import { carriersOf } from './template-image.ts';

/** The workload as it stands in the cluster, or undefined where it does not. */
export const readWorkload = async (cluster: Cluster, ref: WorkloadRef): Promise<Workload | undefined> => {
  try {
    const what = `read ${describeWorkload(ref)}`;
    return (await cluster.api.json({ method: 'GET', path: workloadPath(ref), what })) as Workload;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
};

/** Every Deployment, StatefulSet and DaemonSet of the namespace that carries the image, with whatever tag. */
export const workloadsCarrying = async (
  cluster: Cluster,
  namespace: string,
  image: string,
): Promise<readonly WorkloadRef[]> => {
  const lists = await Promise.all(
    workloadKinds.map(async (kind) => {
      const list = (await cluster.api.json({
        method: 'GET',
        path: workloadsPath(kind, namespace),
        what: `list ${kind}s in ${namespace}`,
      })) as ObjectList<Workload>;
      return (list.items ?? [])
        .filter((workload) => carriersOf(workload.spec.template.spec, image).length > 0)
        .map((workload) => ({ apiVersion: 'apps/v1', kind, namespace, name: workload.metadata.name }));
    }),
  );
  return lists.flat();
};
