import { isRetryable, TagboatError } from '../../errors.ts';
import { settleAll } from '../../settle-all.ts';
import {
  type Access,
  type AccessReviews,
  createAccessReviews,
  describeAccess,
} from '../connect/access-review.ts';
import { statusOf } from '../connect/api-error.ts';
import type { Cluster } from '../connect/cluster.ts';
import { findResource, groupOf } from '../connect/discovery.ts';
import { templateHolder } from '../objects/argo-template.ts';
import { collectionPath, hasRollout, isWorkloadKind, type WorkloadRef } from '../objects/objects.ts';
import { unsettable } from '../objects/settable.ts';
import { checkJob } from './check-job.ts';
import { type Delivery, findWorkloads } from './deliver.ts';
import { carriesRelease } from './document-workload.ts';
import { goesFirst, isDelivered, isJobOfRelease } from './goes-first.ts';
import { objectPath } from './object-path.ts';
import { type ApplyStep, planApply } from './plan-apply.ts';
import { readWorkload } from './workloads.ts';

/**
 * Whether a delivery would be taken, as far as that can be known without changing anything.
 * @throws TagboatError what `deliver` would throw: `manifest-*`, `kind-not-allowed`, `workload-not-found`, `cluster-*`
 */
export type Preflight = (delivery: Delivery) => Promise<void>;

const forbidden = (access: Access, at?: ApplyStep['at']): TagboatError =>
  new TagboatError('cluster-forbidden', `the credentials may not ${describeAccess(access)}`, { at });

/** Asked for all objects of a kind at once, and for the one alone where the role may name those that it is for. */
const isAllowed = async (may: AccessReviews, access: Access, name: string): Promise<boolean> =>
  (await may(access)) || (await may({ ...access, name }));

const mustAllow = async (
  may: AccessReviews,
  access: Access,
  name: string,
  at?: ApplyStep['at'],
): Promise<void> => {
  if (!(await isAllowed(may, access, name))) throw forbidden(access, at);
};

/** False only where it is certain: a role may create and patch what it may not read. */
const mayExist = async (cluster: Cluster, step: ApplyStep): Promise<boolean> => {
  try {
    await cluster.api.json({ method: 'GET', path: objectPath(step), what: `read ${step.object.kind}` });
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    if (statusOf(error) === 403) return true;
    throw error;
  }
};

const watching = ['list', 'watch'] as const;

const accessTo = (step: ApplyStep, verb: Access['verb']): Access => ({
  verb,
  group: groupOf(step.object.apiVersion),
  resource: step.resource.plural,
  namespace: step.object.metadata.namespace,
});

const checkStep = async (
  cluster: Cluster,
  may: AccessReviews,
  step: ApplyStep,
  delivery: Delivery,
): Promise<void> => {
  const { object, at } = step;
  const { apiVersion, kind, metadata } = object;
  const isJob = isJobOfRelease(object, delivery);
  // Of what has no rollout, what may not be read is not checked; but what is waited for has to be seen.
  const isWatched =
    (isWorkloadKind(apiVersion, kind) && carriesRelease(object, delivery)) || (isJob && goesFirst(object));
  const replacing = isJob && delivery.replaceJobs === true ? (['get', 'delete'] as const) : [];
  const create = accessTo(step, 'create');
  await settleAll([
    ...(['patch', ...(isWatched ? watching : []), ...replacing] as const).map((verb) =>
      mustAllow(may, accessTo(step, verb), metadata.name, at),
    ),
    // What is there already is patched, and never created.
    may(create).then(async (allowed) => {
      if (!allowed && !(await mayExist(cluster, step))) throw forbidden(create, at);
    }),
    checkJob(cluster, step, delivery),
  ]);
};

/** The workload whose template is patched for it: of a Rollout, perhaps that of a Deployment. */
const patchedFor = async (cluster: Cluster, ref: WorkloadRef): Promise<WorkloadRef> => {
  if (ref.kind !== 'Rollout') return ref;
  const rollout = await readWorkload(cluster, ref);
  return (rollout === undefined ? undefined : templateHolder(rollout, ref.namespace)) ?? ref;
};

const checkWorkload = async (cluster: Cluster, may: AccessReviews, ref: WorkloadRef): Promise<void> => {
  const access = (of: WorkloadRef, verb: Access['verb']): Access => ({
    verb,
    group: groupOf(of.apiVersion),
    resource: collectionPath(of).split('/').at(-1) ?? '',
    namespace: of.namespace,
  });
  const patched = await patchedFor(cluster, ref);
  await settleAll([
    // What cannot be set is not patched, and the verdict names it.
    ...(unsettable(ref) === undefined ? [mustAllow(may, access(patched, 'patch'), patched.name)] : []),
    // Of what has no rollout, what may not be read is not checked.
    ...(hasRollout(ref) ? watching : []).map((verb) => mustAllow(may, access(ref, verb), ref.name)),
  ]);
};

/**
 * Looks, before anything is committed, whether a cluster would take what is to be delivered: that the documents can be
 * applied and are of kinds that are allowed and known, that the workload is there, that the credentials may do what a delivery
 * and the watch of its rollout do, and that the cluster answers at all. Of `deliver: agent` nothing is asked: the cluster
 * is none of the commit's business there.
 */
export const createPreflight = (cluster: Cluster): Preflight => {
  const may = createAccessReviews(cluster);
  return async (delivery) => {
    if (delivery.mode === 'apply') {
      const steps = await planApply(cluster, delivery);
      const delivered = steps.filter(({ object }) => isDelivered(object, delivery));
      await settleAll(delivered.map((step) => checkStep(cluster, may, step, delivery)));
    } else if (delivery.mode === 'set-image') {
      const workloads = await findWorkloads(cluster, delivery);
      await settleAll(workloads.map((ref) => checkWorkload(cluster, may, ref)));
    }
  };
};

/**
 * The same once the cluster has answered, so that it can be waited for beside something else. What the answer is, does not
 * matter here; kept connections were answered already, and are not asked.
 * @throws TagboatError `cluster-unreachable`
 */
export const openPreflight = async (cluster: Cluster): Promise<Preflight> => {
  await findResource(cluster, 'apps/v1', 'Deployment').catch((error: unknown) => {
    if (isRetryable(error)) throw error;
  });
  return createPreflight(cluster);
};
