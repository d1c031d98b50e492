import { statusOf } from '../connect/api-error.ts';
import type { Cluster } from '../connect/cluster.ts';
import { findResource } from '../connect/discovery.ts';
import { listAll } from '../connect/list.ts';
import { templateHolder, withTemplateOf } from '../objects/argo-template.ts';
import {
  apiVersionOf,
  describeWorkload,
  type Workload,
  type WorkloadKind,
  type WorkloadRef,
  workloadKinds,
  workloadPath,
  workloadsPath,
} from '../objects/objects.ts';
import { carriersOf } from '../objects/template-image.ts';

/**
 * The workload as it stands in the cluster, a Rollout with the template that it refers to; undefined where it is not
 * there, nor its kind.
 */
export const readWorkload = async (cluster: Cluster, ref: WorkloadRef): Promise<Workload | undefined> => {
  try {
    const what = `read ${describeWorkload(ref)}`;
    const path = workloadPath(ref);
    const workload = (await cluster.api.json({ method: 'GET', path, what })) as Workload;
    if (ref.kind !== 'Rollout') return workload;
    const holder = templateHolder(workload, ref.namespace);
    return withTemplateOf(workload, holder === undefined ? undefined : await readWorkload(cluster, holder));
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
};

const list = async (
  cluster: Cluster,
  kind: WorkloadKind,
  namespace: string,
): Promise<readonly Workload[]> => {
  const path = workloadsPath(kind, namespace);
  return (await listAll<Workload>(cluster, { path, what: `${kind}s in ${namespace}` })).items;
};

/**
 * The Argo Rollouts of the namespace as they stand, without the templates that they refer to. None where the cluster does
 * not serve them, and none where they may not be read: a role without rules for Argo is treated like a cluster without it.
 */
const listRollouts = async (cluster: Cluster, namespace: string): Promise<readonly Workload[]> => {
  try {
    const isServed = (await findResource(cluster, apiVersionOf('Rollout'), 'Rollout')) !== undefined;
    return isServed ? await list(cluster, 'Rollout', namespace) : [];
  } catch (error) {
    // Argo was taken out since discovery said that it is there.
    if (statusOf(error) === 404) return [];
    if (statusOf(error) !== 403) throw error;
    cluster.logger.warn('Argo Rollouts are served here, and may not be read', { namespace });
    return [];
  }
};

const refOf = (kind: WorkloadKind, namespace: string, { metadata }: Workload): WorkloadRef => ({
  apiVersion: apiVersionOf(kind),
  kind,
  namespace,
  name: metadata.name,
});

/**
 * Every workload of the namespace that carries the image, with whatever tag.
 * @param carriers which containers of a template do
 */
export const workloadsCarrying = async (
  cluster: Cluster,
  namespace: string,
  image: string,
  carriers: typeof carriersOf = carriersOf,
): Promise<readonly WorkloadRef[]> => {
  const carry = (workload: Workload): boolean => carriers(workload.spec.template.spec, image).length > 0;
  const [rollouts, deployments, ...others] = await Promise.all([
    listRollouts(cluster, namespace),
    ...workloadKinds.map((kind) => list(cluster, kind, namespace)),
  ]);
  const complete = rollouts.map((rollout) => {
    const name = templateHolder(rollout, namespace)?.name;
    return withTemplateOf(
      rollout,
      deployments?.find(({ metadata }) => metadata.name === name),
    );
  });
  const byKind: readonly (readonly [WorkloadKind, readonly Workload[]])[] = [
    ...[deployments ?? [], ...others].map((found, at) => [workloadKinds[at] ?? 'Deployment', found] as const),
    ['Rollout', complete],
  ];
  return byKind.flatMap(([kind, found]) =>
    found.filter(carry).map((workload) => refOf(kind, namespace, workload)),
  );
};

/** The Argo Rollouts that have their template from one of these Deployments: changing it sets them rolling. */
export const rolloutsReferringTo = async (
  cluster: Cluster,
  workloads: readonly WorkloadRef[],
): Promise<readonly WorkloadRef[]> => {
  const byNamespace = Map.groupBy(
    workloads.filter(({ kind }) => kind === 'Deployment'),
    ({ namespace }) => namespace,
  );
  const found = await Promise.all(
    [...byNamespace].map(async ([namespace, deployments]) => {
      const names = new Set(deployments.map(({ name }) => name));
      return (await listRollouts(cluster, namespace))
        .filter((rollout) => names.has(templateHolder(rollout, namespace)?.name ?? ''))
        .map((rollout) => refOf('Rollout', namespace, rollout));
    }),
  );
  return found.flat();
};
