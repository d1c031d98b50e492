import type { Pod, ReplicaSet, Workload, WorkloadRef } from './objects.ts';
import { carriersOf } from './template-image.ts';

/** A workload and what belongs to it, at one moment. */
export type Snapshot = {
  readonly ref: WorkloadRef;
  /** Undefined where it is not in the cluster. */
  readonly workload: Workload | undefined;
  /** Of a Deployment. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Everything that its selector finds. */
  readonly pods: readonly Pod[];
};

const revisionAnnotation = 'deployment.kubernetes.io/revision';
const templateGenerationAnnotation = 'deprecated.daemonset.template.generation';

const isOwnedBy = (object: Pod | ReplicaSet, uid: string | undefined): boolean =>
  object.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid) === true;

/** The ReplicaSet of the Deployment's present template. */
export const newReplicaSet = ({ workload, replicaSets }: Snapshot): ReplicaSet | undefined => {
  const revision = workload?.metadata.annotations?.[revisionAnnotation];
  return replicaSets.find(
    (set) =>
      isOwnedBy(set, workload?.metadata.uid) && set.metadata.annotations?.[revisionAnnotation] === revision,
  );
};

/** All pods of the workload, of any revision; a pod that merely matches the selector is not among them. */
const ownPods = (snapshot: Snapshot): readonly Pod[] => {
  const { ref, workload, replicaSets, pods } = snapshot;
  const owners =
    ref.kind === 'Deployment'
      ? replicaSets.filter((set) => isOwnedBy(set, workload?.metadata.uid)).map((set) => set.metadata.uid)
      : [workload?.metadata.uid];
  return pods.filter((pod) => owners.some((owner) => isOwnedBy(pod, owner)));
};

/** Until the controller has seen the new template, all that it says about revisions is about the one before. */
const isObserved = ({ workload }: Snapshot): boolean =>
  workload !== undefined && (workload.metadata.generation ?? 0) <= (workload.status?.observedGeneration ?? 0);

const isNew = (snapshot: Snapshot, image: string): ((pod: Pod) => boolean) => {
  const { ref, workload } = snapshot;
  if (workload === undefined || !isObserved(snapshot)) return () => false;
  if (ref.kind === 'Deployment') {
    const set = newReplicaSet(snapshot);
    return (pod) => set !== undefined && isOwnedBy(pod, set.metadata.uid);
  }
  if (ref.kind === 'StatefulSet')
    return (pod) => pod.metadata.labels?.['controller-revision-hash'] === workload.status?.updateRevision;
  const generation = workload.metadata.annotations?.[templateGenerationAnnotation];
  if (generation !== undefined)
    return (pod) => pod.metadata.labels?.['pod-template-generation'] === generation;
  const wanted = carriersOf(workload.spec.template.spec, image).map((carrier) => carrier.text);
  return (pod) => carriersOf(pod.spec, image).some((carrier) => wanted.includes(carrier.text));
};

/** The pods made from the workload's present template. */
export const newPods = (snapshot: Snapshot, image: string): readonly Pod[] =>
  ownPods(snapshot).filter(isNew(snapshot, image));

/** The pods that still are of an earlier template. */
export const oldPods = (snapshot: Snapshot, image: string): readonly Pod[] => {
  if (!isObserved(snapshot)) return [];
  const fresh = new Set(newPods(snapshot, image));
  return ownPods(snapshot).filter((pod) => !fresh.has(pod));
};

export const isReady = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ===
    true;
