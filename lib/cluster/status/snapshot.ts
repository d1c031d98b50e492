import {
  conditionOf,
  hasReplicaSets,
  type Pod,
  type ReplicaSet,
  type Workload,
  type WorkloadRef,
} from '../objects/objects.ts';
import { watchedCarriersOf } from '../objects/template-image.ts';
import { isObserved } from './rollout-status.ts';

/** A workload and what belongs to it, at one moment. */
export type Snapshot = {
  readonly ref: WorkloadRef;
  /** Undefined where it is not in the cluster. */
  readonly workload: Workload | undefined;
  /** Why it may not be read, where it is of a kind without a rollout. */
  readonly unreadable?: string | undefined;
  /** Of a Deployment or Rollout. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Everything that its selector finds. */
  readonly pods: readonly Pod[];
};

const revisionAnnotation = 'deployment.kubernetes.io/revision';
const templateGenerationAnnotation = 'deprecated.daemonset.template.generation';

const isOwnedBy = (object: Pod | ReplicaSet, uid: string | undefined): boolean =>
  object.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid) === true;

/** The label by which Argo tells its ReplicaSets apart, and their pods. */
const argoHashLabel = 'rollouts-pod-template-hash';

/** The ReplicaSet of the present template of a Deployment or Rollout. */
export const newReplicaSet = ({ ref, workload, replicaSets }: Snapshot): ReplicaSet | undefined => {
  const owned = replicaSets.filter((set) => isOwnedBy(set, workload?.metadata.uid));
  if (ref.kind === 'Rollout') {
    const hash = workload?.status?.currentPodHash;
    return owned.find(({ metadata }) => hash !== undefined && metadata.labels?.[argoHashLabel] === hash);
  }
  const revision = workload?.metadata.annotations?.[revisionAnnotation];
  return owned.find(({ metadata }) => metadata.annotations?.[revisionAnnotation] === revision);
};

/** Argo names its ReplicaSets so, which tells whose a pod is even where ReplicaSets were not read. */
const isNamedAfter = (pod: Pod, rollout: string): boolean =>
  pod.metadata.ownerReferences?.some(
    ({ kind, name }) =>
      kind === 'ReplicaSet' && name === `${rollout}-${pod.metadata.labels?.[argoHashLabel]}`,
  ) === true;

/** All pods of the workload, of any revision; a pod that merely matches the selector is not among them. */
const ownPods = (snapshot: Snapshot): readonly Pod[] => {
  const { ref, workload, replicaSets, pods } = snapshot;
  if (ref.kind === 'Rollout' && replicaSets.length === 0)
    return pods.filter((pod) => isNamedAfter(pod, ref.name));
  const owners = hasReplicaSets(ref.kind)
    ? replicaSets.filter((set) => isOwnedBy(set, workload?.metadata.uid)).map((set) => set.metadata.uid)
    : [workload?.metadata.uid];
  return pods.filter((pod) => owners.some((owner) => isOwnedBy(pod, owner)));
};

const isNew = (snapshot: Snapshot, image: string): ((pod: Pod) => boolean) => {
  const { ref, workload } = snapshot;
  if (workload === undefined || !isObserved(workload)) return () => false;
  if (ref.kind === 'Job') return () => true;
  if (ref.kind === 'Rollout') {
    const hash = workload.status?.currentPodHash;
    return (pod) => hash !== undefined && pod.metadata.labels?.[argoHashLabel] === hash;
  }
  if (ref.kind === 'Deployment') {
    const set = newReplicaSet(snapshot);
    return (pod) => set !== undefined && isOwnedBy(pod, set.metadata.uid);
  }
  if (ref.kind === 'StatefulSet')
    return (pod) => pod.metadata.labels?.['controller-revision-hash'] === workload.status?.updateRevision;
  const generation = workload.metadata.annotations?.[templateGenerationAnnotation];
  if (generation !== undefined)
    return (pod) => pod.metadata.labels?.['pod-template-generation'] === generation;
  const wanted = watchedCarriersOf(workload.spec.template.spec, image).map((carrier) => carrier.text);
  return (pod) => watchedCarriersOf(pod.spec, image).some((carrier) => wanted.includes(carrier.text));
};

/** The pods made from the workload's present template. */
export const newPods = (snapshot: Snapshot, image: string): readonly Pod[] =>
  ownPods(snapshot).filter(isNew(snapshot, image));

/**
 * The same of a workload that is rolled out by its counts, whatever image its pods have: where a DaemonSet's pods can
 * only be told apart by that (every server since 1.6 marks them), none is of an earlier template any more.
 */
export const rolledOutPods = (snapshot: Snapshot, image: string): readonly Pod[] =>
  snapshot.ref.kind === 'DaemonSet' &&
  snapshot.workload?.metadata.annotations?.[templateGenerationAnnotation] === undefined
    ? ownPods(snapshot)
    : newPods(snapshot, image);

/** The pods that still are of an earlier template. */
export const oldPods = (snapshot: Snapshot, image: string): readonly Pod[] => {
  if (snapshot.workload === undefined || !isObserved(snapshot.workload)) return [];
  const fresh = new Set(newPods(snapshot, image));
  return ownPods(snapshot).filter((pod) => !fresh.has(pod));
};

export const isReady = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined && conditionOf(pod, 'Ready')?.status === 'True';
