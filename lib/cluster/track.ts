import type { Clock } from '../clock.ts';
import type { TagboatError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import {
  describeWorkload,
  formatSelector,
  type Pod,
  type ReplicaSet,
  type Workload,
  type WorkloadRef,
  workloadsPath,
} from './objects.ts';
import type { Snapshot } from './snapshot.ts';
import { watchCollection } from './watch.ts';

/** A workload that is being followed. */
export type Tracked = {
  readonly ref: WorkloadRef;
  /** What is known now; undefined until the API server has answered the first time. */
  snapshot(): Snapshot | undefined;
  /** From now on follow its pods too (and a Deployment's ReplicaSets). Costs requests, which a finished rollout need not make. */
  followPods(): void;
};

export type TrackOptions = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onChange: () => void;
  readonly onTrouble: (error: TagboatError) => void;
  /** Takes over every watch that is started, to wait for its end and to hear of what it cannot mend. */
  readonly run: (watch: Promise<void>) => void;
};

/** Follows one workload until the signal is aborted. */
export const track = (cluster: Cluster, ref: WorkloadRef, options: TrackOptions): Tracked => {
  const { clock, signal, onTrouble } = options;
  const namespace = `namespaces/${encodeURIComponent(ref.namespace)}`;
  let synced = false;
  let following = false;
  let workload: Workload | undefined;
  let pods: readonly Pod[] = [];
  let replicaSets: readonly ReplicaSet[] = [];

  const follow = <T extends Pod | ReplicaSet | Workload>(
    path: string,
    query: Readonly<Record<string, string>>,
    what: string,
    set: (objects: readonly T[]) => void,
  ): void => {
    const onChange = (objects: ReadonlyMap<string, T>): void => {
      set([...objects.values()]);
      options.onChange();
    };
    options.run(watchCollection<T>(cluster, { path, query, what, clock, signal, onChange, onTrouble }));
  };

  follow<Workload>(
    workloadsPath(ref.kind, ref.namespace),
    { fieldSelector: `metadata.name=${ref.name}` },
    describeWorkload(ref),
    (objects) => {
      synced = true;
      // Items of a list do not repeat their kind.
      const found = objects.find((object) => object.metadata.name === ref.name);
      workload = found === undefined ? undefined : { ...found, apiVersion: ref.apiVersion, kind: ref.kind };
    },
  );

  return {
    ref,
    snapshot: () => (synced ? { ref, workload, pods, replicaSets } : undefined),
    followPods: () => {
      if (following || workload === undefined) return;
      following = true;
      const query = { labelSelector: formatSelector(workload.spec.selector) };
      follow<Pod>(`/api/v1/${namespace}/pods`, query, `pods of ${describeWorkload(ref)}`, (objects) => {
        pods = objects;
      });
      if (ref.kind === 'Deployment')
        follow<ReplicaSet>(
          `/apis/apps/v1/${namespace}/replicasets`,
          query,
          `replica sets of ${describeWorkload(ref)}`,
          (objects) => {
            replicaSets = objects;
          },
        );
    },
  };
};
