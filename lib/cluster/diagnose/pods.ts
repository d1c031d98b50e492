import { describeWorkload, type Pod } from '../objects.ts';
import { newPods, oldPods } from '../snapshot.ts';
import { isStuck } from '../wedge.ts';
import { findInContainers } from './containers.ts';
import { eventLines, type Facts, warningsOf } from './facts.ts';
import type { Finding } from './finding.ts';

const conditionOf = (pod: Pod, type: string) =>
  pod.status?.conditions?.find((condition) => condition.type === type);

/** How long a pod may be past its grace period before that is worth saying, in milliseconds. */
const terminationPatience = 10_000;

const terminating = (pod: Pod, now: number): Finding | undefined => {
  // The server writes the time at which the grace period ends.
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  if (deletionTimestamp === undefined) return undefined;
  const late = now - Date.parse(deletionTimestamp);
  if (!(late > terminationPatience)) return undefined;
  return {
    cause: 'terminating',
    summary: 'A pod does not go away, although its grace period is over.',
    evidence: [
      `pod ${pod.metadata.name}: to be gone by ${deletionTimestamp} (grace period ${deletionGracePeriodSeconds} s), ${Math.round(late / 1000)} s ago, on node ${pod.spec.nodeName ?? 'none'}`,
    ],
    next: 'Check the node of the pod and its finalizers; kubectl delete pod --force is the last resort.',
  };
};

const unschedulable = (facts: Facts, pod: Pod): Finding | undefined => {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status !== 'False') return undefined;
  return {
    cause: 'unschedulable',
    summary: `No node takes the pod: ${scheduled.message ?? scheduled.reason ?? 'no reason given'}`,
    evidence: eventLines(warningsOf(facts, pod.metadata.uid)),
    next: 'Compare resource requests, node selectors, taints and volumes with what the nodes offer.',
  };
};

const mount = (facts: Facts, pod: Pod): Finding | undefined => {
  const events = warningsOf(facts, pod.metadata.uid).filter(
    (event) => event.reason === 'FailedMount' || event.reason === 'FailedAttachVolume',
  );
  const missing = events.find((event) =>
    /(configmap|secret).*not found|references non-existent/i.test(event.message ?? ''),
  );
  const event = missing ?? events[0];
  // The warnings stay after the volume was mounted at last; by then there is a container that runs.
  const started =
    pod.status?.containerStatuses?.some((status) => status.state?.waiting === undefined) === true;
  if (event === undefined || started) return undefined;
  return {
    cause: missing === undefined ? 'unknown' : 'missing-reference',
    summary: `A volume cannot be mounted: ${event.message ?? 'no reason given'}`,
    evidence: eventLines(events),
    next:
      missing === undefined
        ? 'Check the volume and its driver.'
        : 'Create the ConfigMap or Secret that the message names, or correct the reference.',
  };
};

const gate = (pod: Pod): Finding | undefined => {
  if (conditionOf(pod, 'ContainersReady')?.status !== 'True') return undefined;
  const closed = (pod.spec.readinessGates ?? []).find(
    ({ conditionType }) => conditionOf(pod, conditionType)?.status !== 'True',
  );
  if (closed === undefined) return undefined;
  const condition = conditionOf(pod, closed.conditionType);
  return {
    cause: 'readiness-gate',
    summary: `The containers are ready, but the readiness gate ${closed.conditionType} is not True.`,
    evidence: [
      condition === undefined
        ? `condition ${closed.conditionType}: nobody has set it`
        : `condition ${closed.conditionType}: ${condition.status}${condition.message === undefined ? '' : `: ${condition.message}`}`,
    ],
    next: 'Check the controller that sets this condition: a load balancer, usually.',
  };
};

const notReady = (facts: Facts, pod: Pod): Finding | undefined => {
  const running = pod.status?.containerStatuses?.filter(
    (status) => !status.ready && status.state?.running !== undefined,
  );
  const container = running?.[0];
  if (container === undefined) return undefined;
  const probes = warningsOf(facts, pod.metadata.uid).filter((event) => event.reason === 'Unhealthy');
  const probe = probes.find((event) => event.message?.startsWith('Readiness') === true) ?? probes[0];
  return {
    cause: 'not-ready',
    summary: `Container ${container.name} runs but does not become ready${probe === undefined ? '' : `: ${(probe.message ?? '').trim()}`}.`,
    evidence: [
      ...(running ?? []).map(
        (status) => `container ${status.name}: running, not ready, ${status.restartCount} restarts`,
      ),
      ...eventLines(probes),
    ],
    next: 'Look at the readiness probe: its path, port and delays, and what the program needs before it answers.',
    container: container.name,
    log: {
      namespace: pod.metadata.namespace ?? 'default',
      pod: pod.metadata.name,
      container: container.name,
      previous: false,
    },
  };
};

const ended = (pod: Pod): Finding | undefined =>
  pod.status?.phase === 'Failed'
    ? {
        cause: 'unknown',
        summary: `The pod failed: ${pod.status.reason ?? 'no reason given'}.`,
        evidence: pod.status.message === undefined ? [] : [pod.status.message],
        next: 'Look at the pod with kubectl describe.',
      }
    : undefined;

const findInPod = (facts: Facts, pod: Pod, now: number): readonly Finding[] => {
  if (pod.metadata.deletionTimestamp !== undefined) {
    const late = terminating(pod, now);
    return late === undefined ? [] : [late];
  }
  const containers = findInContainers(facts, pod);
  if (containers.length > 0) return containers;
  const finding =
    unschedulable(facts, pod) ?? mount(facts, pod) ?? gate(pod) ?? notReady(facts, pod) ?? ended(pod);
  return finding === undefined ? [] : [finding];
};

/** A pod of an earlier revision that blocks a StatefulSet: what is wrong with it, and that it has to go. */
const stuck = (facts: Facts, pod: Pod): readonly Finding[] =>
  facts.workload !== undefined && isStuck(facts.workload, pod)
    ? findInContainers(facts, pod).map((finding) => ({
        ...finding,
        summary: `${finding.summary} The pod is of the revision before and keeps the StatefulSet from rolling on.`,
        next: `Delete the pod: kubectl delete pod ${pod.metadata.name} -n ${facts.ref.namespace}`,
      }))
    : [];

/** What is wrong with the pods: those of the new revision, and those of earlier ones that stand in the way. */
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
