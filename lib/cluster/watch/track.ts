import type { Clock } from '../../clock.ts';
import { TagboatError } from '../../errors.ts';
import type { Cluster } from '../connect/cluster.ts';
import { watchCollection } from '../connect/list-watch.ts';
import { templateHolder, withTemplateOf } from '../objects/argo-template.ts';
import { hasEnded } from '../objects/job-end.ts';
import {
  collectionPath,
  describeWorkload,
  hasPods,
  isJob,
  type Pod,
  type ReplicaSet,
  type Workload,
  type WorkloadRef,
} from '../objects/objects.ts';
import { withOneTemplate } from '../objects/pod-specs.ts';
import { ownedResourcesOf } from '../status/owned-resources.ts';
import type { Snapshot } from '../status/snapshot.ts';

/** A workload that is being followed. */
export type Tracked = {
  readonly ref: WorkloadRef;
  /** What is known now; undefined until the API server has answered the first time. */
  snapshot(): Snapshot | undefined;
  /** From now on follow its pods and ReplicaSets too; not from the start, as a finished rollout needs no such requests. */
  followPods(): void;
};

const unlessForbidden = (
  watching: Promise<void>,
  onForbidden: (error: TagboatError) => void,
): Promise<void> =>
  watching.catch((error: unknown) => {
    if (!(error instanceof TagboatError) || error.code !== 'cluster-forbidden') throw error;
    onForbidden(error);
  });

/**
 * Follows one workload until the signal is aborted.
 * @param options.run takes over every watch that is started: waits for its end, and handles the errors that end it
 */
export const track = (
  cluster: Cluster,
  ref: WorkloadRef,
  options: {
    readonly clock: Clock;
    readonly signal: AbortSignal;
    /** It is answered as unreadable where the role does not allow to read it. */
    readonly mayBeUnreadable: boolean;
    readonly onChange: () => void;
    readonly onTrouble: (error: TagboatError) => void;
    readonly run: (watch: Promise<void>) => void;
  },
): Tracked => {
  const { clock, signal, onTrouble } = options;
  let synced = false;
  let following = false;
  let workload: Workload | undefined;
  let unreadable: TagboatError | undefined;
  /** The Deployments that a Rollout has, or had, its template from; undefined while the server has not answered. */
  const holders = new Map<string, { readonly workload: Workload | undefined } | undefined>();
  let pods: readonly Pod[] = [];
  let replicaSets: readonly ReplicaSet[] = [];

  const watch = <T extends Pod | ReplicaSet | Workload>(
    path: string,
    query: Readonly<Record<string, string>>,
    what: string,
    set: (objects: readonly T[]) => void,
  ): Promise<void> => {
    const onChange = (objects: ReadonlyMap<string, T>): void => {
      set([...objects.values()]);
      options.onChange();
    };
    return watchCollection<T>(cluster, { path, query, what, clock, signal, onChange, onTrouble });
  };

  const watchWorkload = (of: WorkloadRef, set: (workload: Workload | undefined) => void): Promise<void> =>
    watch<Workload>(
      collectionPath(of),
      { fieldSelector: `metadata.name=${of.name}` },
      describeWorkload(of),
      (objects) => {
        const found = objects.find((object) => object.metadata.name === of.name);
        // Items of a list do not repeat their kind.
        set(found === undefined ? undefined : { ...found, apiVersion: of.apiVersion, kind: of.kind });
      },
    );

  const holderOf = (rollout: Workload): WorkloadRef | undefined =>
    ref.kind === 'Rollout' ? templateHolder(rollout, ref.namespace) : undefined;

  const watching = watchWorkload(ref, (found) => {
    synced = true;
    // What was seen of a Job that was cleared away after its end still counts.
    if (found === undefined && isJob(ref) && workload !== undefined && hasEnded(workload)) return;
    workload = found === undefined || hasPods(ref) ? found : withOneTemplate(found);
    const holder = found === undefined ? undefined : holderOf(found);
    if (holder === undefined || holders.has(holder.name)) return;
    holders.set(holder.name, undefined);
    options.run(watchWorkload(holder, (deployment) => holders.set(holder.name, { workload: deployment })));
  });
  // A role may allow to apply a kind, and not to read it; a rollout that cannot be seen has no verdict.
  options.run(
    options.mayBeUnreadable
      ? unlessForbidden(watching, (error) => {
          unreadable = error;
          options.onChange();
        })
      : watching,
  );

  /** Where only the workload may be read, its rollout is judged without the pods. */
  const runUnlessForbidden = (watchingOwned: Promise<void>): void =>
    options.run(
      unlessForbidden(watchingOwned, (error) =>
        cluster.logger.warn('a rollout is followed without its pods', { error: error.message }),
      ),
    );

  const snapshot = (): Snapshot | undefined => {
    if (unreadable !== undefined)
      return { ref, workload: undefined, pods, replicaSets, unreadable: unreadable.message };
    if (!synced) return undefined;
    if (workload === undefined || ref.kind !== 'Rollout') return { ref, workload, pods, replicaSets };
    const holder = holderOf(workload);
    const known = holder === undefined ? { workload: undefined } : holders.get(holder.name);
    return known === undefined
      ? undefined
      : { ref, workload: withTemplateOf(workload, known.workload), pods, replicaSets };
  };

  return {
    ref,
    snapshot,
    followPods: () => {
      const found = snapshot()?.workload;
      if (following || found === undefined) return;
      following = true;
      const { podsAt, replicaSetsAt, query } = ownedResourcesOf(ref, found);
      runUnlessForbidden(
        watch<Pod>(podsAt, query, `pods of ${describeWorkload(ref)}`, (objects) => {
          pods = objects;
        }),
      );
      if (replicaSetsAt !== undefined)
        runUnlessForbidden(
          watch<ReplicaSet>(replicaSetsAt, query, `replica sets of ${describeWorkload(ref)}`, (objects) => {
            replicaSets = objects;
          }),
        );
    },
  };
};
