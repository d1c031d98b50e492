import { describeWorkload, type Pod } from '../objects/objects.ts';
import { newPods, oldPods } from '../status/snapshot.ts';
import { isStuckPod, isUnreadyInTheWay } from '../status/stuck-pod.ts';
import { findInContainers } from './containers.ts';
import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';
import { closedGate, notReady } from './readiness.ts';
import { unschedulable } from './scheduling.ts';
import { unmounted } from './volumes.ts';

/** How long a pod may be past its grace period before it is reported, in milliseconds. */
const terminationGraceMs = 10_000;

const terminating = (pod: Pod, now: number): Finding | undefined => {
  // The server writes the time at which the grace period ends.
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = pod.metadata;
  const { name, namespace = 'default' } = pod.metadata;
  if (deletionTimestamp === undefined) return undefined;
  const late = now - Date.parse(deletionTimestamp);
  if (!(late > terminationGraceMs)) return undefined;
  const held = finalizers.join(', ');
  const node = pod.spec.nodeName;
  return {
    cause: 'terminating',
    summary:
      finalizers.length > 0
        ? `A pod does not go away, although its grace period is over: the finalizer ${held} holds it.`
        : 'A pod does not go away, although its grace period is over.',
    evidence: [
      `pod ${name}: to be gone by ${deletionTimestamp} (grace period ${deletionGracePeriodSeconds} s), ${Math.round(late / 1000)} s ago, on node ${node ?? 'none'}`,
      ...(finalizers.length > 0 ? [`pod ${name}: finalizers ${held}`] : []),
    ],
    next:
      finalizers.length > 0
        ? `Find out why the controller behind ${held} does not let go of it; to take the finalizer away by hand is the last resort.`
        : `Check ${node === undefined ? 'the pod' : `node ${node}`} (kubectl describe node): its kubelet has not said that the containers ended. kubectl delete pod ${name} -n ${namespace} --force is the last resort.`,
  };
};

const ended = (pod: Pod): Finding | undefined => {
  if (pod.status?.phase !== 'Failed') return undefined;
  const { reason, message } = pod.status;
  const { name, namespace = 'default', nodeName } = { ...pod.metadata, ...pod.spec };
  return {
    cause: 'unknown',
    summary: `The pod failed: ${reason ?? 'no reason given'}.`,
    evidence: message === undefined ? [] : [message],
    next:
      reason === 'Evicted'
        ? `Look at what node ${nodeName ?? '(unknown)'} ran short of, and give the containers requests that say what they need.`
        : `Look at the pod: kubectl describe pod ${name} -n ${namespace}`,
  };
};

const findInPod = (facts: Facts, pod: Pod, now: number): readonly Finding[] => {
  if (pod.metadata.deletionTimestamp !== undefined) {
    const late = terminating(pod, now);
    return late === undefined ? [] : [late];
  }
  // Of a Job.
  if (pod.status?.phase === 'Succeeded') return [];
  const over = ended(pod);
  // Where the pod was ended (evicted, say) it has a reason: its containers ended with it, and are not the cause.
  if (over !== undefined && pod.status?.reason !== undefined) return [over];
  const containers = findInContainers(facts, pod);
  if (containers.length > 0) return containers;
  if (over !== undefined) return [over];
  const finding =
    unschedulable(facts, pod) ?? unmounted(facts, pod) ?? closedGate(pod) ?? notReady(facts, pod);
  return finding === undefined ? [] : [finding];
};

/** A pod of an earlier revision that blocks a StatefulSet: what is wrong with it, and that it has to be deleted. */
const stuck = (facts: Facts, pod: Pod): readonly Finding[] => {
  const { workload } = facts;
  if (workload === undefined) return [];
  const isBroken = isStuckPod(workload, pod);
  const findings = isBroken
    ? findInContainers(facts, pod)
    : isUnreadyInTheWay(workload, pod)
      ? [closedGate(pod) ?? notReady(facts, pod)].filter((finding) => finding !== undefined)
      : [];
  const command = `kubectl delete pod ${pod.metadata.name} -n ${facts.ref.namespace}`;
  return findings.map((finding) => ({
    ...finding,
    summary: `${finding.summary} The pod is of the revision before and keeps the StatefulSet from rolling on.`,
    next: isBroken
      ? `Delete the pod: ${command}`
      : `If the pod does not become ready by itself, delete it: ${command}`,
  }));
};

/** What is wrong with the pods: those of the new revision, and those of earlier ones that block the rollout. */
export const findInPods = (facts: Facts, image: string, now: number): readonly Finding[] => {
  const named = (pod: Pod, findings: readonly Finding[]): readonly Finding[] =>
    findings.map((finding) => ({
      ...finding,
      workload: describeWorkload(facts.ref),
      pod: pod.metadata.name,
    }));
  return [
    ...newPods(facts, image).flatMap((pod) => named(pod, findInPod(facts, pod, now))),
    ...oldPods(facts, image).flatMap((pod) => {
      const late = terminating(pod, now);
      return named(pod, late === undefined ? stuck(facts, pod) : [late]);
    }),
  ];
};
