import { type ClusterEvent, describeWorkload, hasReplicaSets } from '../objects/objects.ts';
import { newPods, newReplicaSet, oldPods } from '../status/snapshot.ts';
import { eventLines, type Facts, messageOf, timeOf, warningsOf } from './facts.ts';
import type { Finding } from './finding.ts';
import { readRefusal } from './refusals.ts';

/** True where pods are missing: the events of a StatefulSet or DaemonSet stay for an hour after their cause has gone. */
const lacksPods = (facts: Facts, image: string): boolean => {
  const { workload } = facts;
  // The controller of a DaemonSet sets the desired count only after it could create its pods.
  const wanted = workload?.spec.replicas ?? Math.max(1, workload?.status?.desiredNumberScheduled ?? 1);
  return newPods(facts, image).length + oldPods(facts, image).length < wanted;
};

/** A StatefulSet creates a pod while the one of that name is still being deleted: that passes by itself. */
const passing = /object is being deleted|already exists/;

/** False where a pod was created after the event: what the event says does not hold any more. */
const isStill = (facts: Facts, image: string): ((event: ClusterEvent) => boolean) => {
  const made = [...newPods(facts, image), ...oldPods(facts, image)].map(({ metadata }) =>
    Date.parse(metadata.creationTimestamp ?? ''),
  );
  return (event) => {
    const at = Date.parse(timeOf(event));
    return !passing.test(messageOf(event)) && !made.some((time) => time >= at);
  };
};

/** The API server refuses the pods themselves: quota, a policy, a service account that is not there. */
const podsRefused = (facts: Facts, image: string): Finding | undefined => {
  const { workload, ref } = facts;
  const set = newReplicaSet(facts);
  const condition = [...(set?.status?.conditions ?? []), ...(workload?.status?.conditions ?? [])].find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  );
  const events = [
    ...warningsOf(facts, set?.metadata.uid),
    ...warningsOf(facts, workload?.metadata.uid),
  ].filter((event) => event.reason === 'FailedCreate');
  // A ReplicaSet has a condition for it, which shows whether it still holds.
  if (condition === undefined && (hasReplicaSets(ref.kind) || !lacksPods(facts, image))) return undefined;
  const event = events.find(isStill(facts, image));
  const message = condition?.message ?? (event === undefined ? undefined : messageOf(event));
  if (message === undefined) return undefined;
  const { cause, says, next, isOutside } = readRefusal(message, ref.namespace);
  return {
    cause,
    summary: `Pods cannot be created: ${says.replace(/\.$/, '')}.`,
    evidence:
      condition === undefined
        ? eventLines(event === undefined ? [] : [event])
        : [`condition ReplicaFailure: ${message}`],
    next,
    ...(isOutside === true ? { outside: true } : {}),
  };
};

const paused = ({ workload, ref }: Facts): Finding | undefined => {
  if (workload?.spec.paused !== true) return undefined;
  const command =
    ref.kind === 'Rollout'
      ? `kubectl argo rollouts promote ${ref.name}`
      : `kubectl rollout resume deployment/${ref.name}`;
  return {
    cause: 'paused',
    summary: 'The rollout is paused.',
    evidence: ['spec.paused is true'],
    next: `Resume it: ${command} -n ${ref.namespace}`,
  };
};

/** What is wrong with the workload itself. */
export const findInWorkload = (facts: Facts, image: string): readonly Finding[] =>
  [podsRefused(facts, image), paused(facts)].flatMap((finding) =>
    finding === undefined ? [] : [{ ...finding, workload: describeWorkload(facts.ref) }],
  );
