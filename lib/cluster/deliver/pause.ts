import { TagboatError } from '../../errors.ts';
import type { Cluster } from '../connect/cluster.ts';
import {
  describeWorkload,
  hasRollout,
  type Workload,
  type WorkloadRef,
  workloadPath,
} from '../objects/objects.ts';
import { readWorkload } from './workloads.ts';

export type Paused = {
  readonly ref: WorkloadRef;
  /** False where it was in that state already. */
  readonly changed: boolean;
};

/** Not the field manager of a delivery, so that applying the manifest does not resume what a person has paused. */
const fieldManager = 'tagboat-pause';

const canPause = ({ kind }: WorkloadRef): boolean => kind === 'Deployment' || kind === 'Rollout';

const read = async (
  cluster: Cluster,
  ref: WorkloadRef,
): Promise<{ readonly ref: WorkloadRef; readonly workload: Workload }> => {
  const workload = await readWorkload(cluster, ref);
  if (workload === undefined)
    throw new TagboatError('workload-not-found', `${describeWorkload(ref)} is not in the cluster`);
  return { ref, workload };
};

/**
 * Pauses the controllers of workloads, or lets them go on, as `kubectl rollout pause` and `resume` do: pods that are
 * there stay, and a rollout creates and deletes none. A workload that is in that state already is left alone. An
 * Argo Rollout that waits at a step of its canary is not paused in this sense; it waits for promotion.
 *
 * All of them are checked before the first is changed. Beside workloads with a rollout, those without one (CronJobs) are
 * passed over.
 * @throws TagboatError `workload-cannot-pause` (StatefulSet, DaemonSet), `workload-not-found`, `cluster-*`
 */
export const setPaused = async (
  cluster: Cluster,
  all: readonly WorkloadRef[],
  paused: boolean,
): Promise<readonly Paused[]> => {
  const refs = all.some(hasRollout) ? all.filter(hasRollout) : all;
  const stubborn = refs.find((ref) => !canPause(ref));
  if (stubborn !== undefined)
    throw new TagboatError(
      'workload-cannot-pause',
      `${describeWorkload(stubborn)} cannot be ${paused ? 'paused' : 'resumed'}: Kubernetes can pause Deployments and Argo Rollouts only`,
    );
  const found = await Promise.all(refs.map((ref) => read(cluster, ref)));
  const done: Paused[] = [];
  for (const { ref, workload } of found) {
    const changed = (workload.spec.paused === true) !== paused;
    if (changed) {
      await cluster.api.json({
        method: 'PATCH',
        path: workloadPath(ref),
        query: { fieldManager },
        // Null takes the field away, as kubectl does.
        body: {
          type: 'application/merge-patch+json',
          value: { spec: { paused: paused ? true : null } },
        },
        what: `${paused ? 'pause' : 'resume'} ${describeWorkload(ref)}`,
      });
      cluster.logger.info(paused ? 'paused' : 'resumed', {
        kind: ref.kind,
        namespace: ref.namespace,
        name: ref.name,
      });
    }
    done.push({ ref, changed });
  }
  return done;
};
