import { isRetryable, TagboatError } from '../../errors.ts';
import type { Cluster } from '../connect/cluster.ts';
import type { Workload } from '../objects/objects.ts';
import { readReplicaSets } from '../status/owned-resources.ts';
import { newReplicaSet, type Snapshot } from '../status/snapshot.ts';

/** The ReplicaSet that has timed out, read from the controller's message. */
const timedOutSet = ({ status = {} }: Workload): string | undefined => {
  const messages = (status.conditions ?? [])
    .filter(({ reason }) => reason === 'ProgressDeadlineExceeded')
    .map(({ message = '' }) => message);
  return /ReplicaSet "([^"]+)" has timed out progressing/.exec([...messages, status.message].join('\n'))?.[1];
};

/**
 * The ReplicaSet of another revision whose progress deadline was exceeded; undefined where it was the present one's, or
 * where that cannot be told. Rolled back to an earlier revision, a Deployment keeps the condition of the revision that
 * failed until something progresses, although it has observed the new generation: with one replica, that happens at
 * every undo, and kubectl reports a failure then.
 * Source: k8s.io/kubernetes/pkg/controller/deployment: progress.go (syncRolloutStatus), and sync.go (getNewReplicaSet),
 * which resets the condition for a ReplicaSet that it makes, and not for one that it finds
 * @throws TagboatError what asking again may mend
 */
export const exceededBefore = async (
  cluster: Cluster,
  snapshot: Snapshot,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const { workload, ref } = snapshot;
  const named = workload === undefined ? undefined : timedOutSet(workload);
  if (workload === undefined || named === undefined) return undefined;
  try {
    const replicaSets = await readReplicaSets(cluster, ref, workload, signal);
    const present = newReplicaSet({ ...snapshot, replicaSets })?.metadata.name;
    return present === undefined || present === named ? undefined : named;
  } catch (error) {
    if (!(error instanceof TagboatError) || isRetryable(error)) throw error;
    return undefined;
  }
};
