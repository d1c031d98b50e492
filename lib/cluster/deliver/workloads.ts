import { statusOf } from '../connect/api-error.ts';
import type { Cluster } from '../connect/cluster.ts';
import { findResource } from '../connect/discovery.ts';
import { listAll } from '../connect/list.ts';
import { templateHolder, withTemplateOf } from '../objects/argo-template.ts';
import {
  apiVersionOf,
  describeWorkload,
  hasPods,
  type PodSpec,
  type Workload,
  type WorkloadKind,
  type WorkloadRef,
  workloadKinds,
  workloadPath,
  workloadsPath,
} from '../objects/objects.ts';
import { withOneTemplate } from '../objects/pod-specs.ts';
import { carriersOf, type ReleaseImage } from '../objects/template-image.ts';
import { listIfAllowed } from './list-if-allowed.ts';
import { othersCarrying } from './other-workloads.ts';

/** An object as it stands in the cluster; undefined where it is not there, nor its kind. */
export const readObject = async (cluster: Cluster, ref: WorkloadRef): Promise<Workload | undefined> => {
  try {
    const what = `read ${describeWorkload(ref)}`;
    return (await cluster.api.json({ method: 'GET', path: workloadPath(ref), what })) as Workload;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
};

/**
 * The workload as it stands in the cluster, a Rollout with the template that it refers to, and one that has no rollout with
 * one template; undefined where it is not there, nor its kind.
 */
export const readWorkload = async (cluster: Cluster, ref: WorkloadRef): Promise<Workload | undefined> => {
  const workload = await readObject(cluster, ref);
  if (workload === undefined) return undefined;
  if (!hasPods(ref)) return withOneTemplate(workload);
  if (ref.kind !== 'Rollout') return workload;
  const holder = templateHolder(workload, ref.namespace);
  return withTemplateOf(workload, holder === undefined ? undefined : await readWorkload(cluster, holder));
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
const listRollouts = (cluster: Cluster, namespace: string): Promise<readonly Workload[]> =>
  listIfAllowed(cluster, 'Rollout', namespace, async () => {
    const isServed = (await findResource(cluster, apiVersionOf('Rollout'), 'Rollout')) !== undefined;
    return isServed ? await list(cluster, 'Rollout', namespace) : [];
  });

const refOf = (kind: WorkloadKind, namespace: string, { metadata }: Workload): WorkloadRef => ({
  apiVersion: apiVersionOf(kind),
  kind,
  namespace,
  name: metadata.name,
});

export type Search = {
  readonly namespace: string;
  /** Normalised name; whatever the tag. */
  readonly image: string;
  /** Under which tags it is another variant, which does not count. */
  readonly isOtherVariant?: ReleaseImage['isOtherVariant'];
  /** Workloads whose kinds are looked for beside those that are always looked for. */
  readonly more?: readonly WorkloadRef[];
  /** Whether a pod spec carries the image; without it, where a container runs an image of that very name. */
  readonly isCarrier?: (spec: PodSpec) => boolean;
};

/** Every workload of the namespace that carries the image: those with a rollout, CronJobs, and of the kinds of `more`. */
export const workloadsCarrying = async (
  cluster: Cluster,
  {
    namespace,
    image,
    isOtherVariant,
    more = [],
    isCarrier = (spec) => carriersOf(spec, image, isOtherVariant).length > 0,
  }: Search,
): Promise<readonly WorkloadRef[]> => {
  const carry = (workload: Workload): boolean => {
    const { spec } = workload.spec.template;
    return spec !== undefined && isCarrier(spec);
  };
  const [others, rollouts, [deployments, ...rest]] = await Promise.all([
    othersCarrying(cluster, more, namespace, carry),
    listRollouts(cluster, namespace),
    Promise.all(workloadKinds.map((kind) => list(cluster, kind, namespace))),
  ]);
  const complete = rollouts.map((rollout) => {
    const name = templateHolder(rollout, namespace)?.name;
    return withTemplateOf(
      rollout,
      deployments?.find(({ metadata }) => metadata.name === name),
    );
  });
  const byKind: readonly (readonly [WorkloadKind, readonly Workload[]])[] = [
    ...[deployments ?? [], ...rest].map((found, at) => [workloadKinds[at] ?? 'Deployment', found] as const),
    ['Rollout', complete],
  ];
  const withRollout = byKind.flatMap(([kind, found]) =>
    found.filter(carry).map((workload) => refOf(kind, namespace, workload)),
  );
  return [...withRollout, ...others];
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
