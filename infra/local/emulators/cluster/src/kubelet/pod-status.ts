import { findCondition } from '../meta.ts';
import type { Condition, ContainerStatus, Pod, PodStatus } from '../types.ts';

/** Why a pod whose containers are ready is not: a readiness gate. Source: k8s.io/kubernetes/pkg/kubelet/status/generate.go */
const unmetGates = (pod: Pod): readonly string[] =>
  (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = findCondition(pod.status.conditions, conditionType);
    if (condition === undefined)
      return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return condition.status === 'True'
      ? []
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`];
  });

const phaseOf = (
  pod: Pod,
  containers: readonly ContainerStatus[],
  inits: readonly ContainerStatus[],
): string => {
  const restarts = pod.spec.restartPolicy ?? 'Always';
  const initsDone = inits.every((status) => status.state.terminated?.exitCode === 0);
  if (!initsDone)
    return restarts === 'Never' && inits.some((status) => (status.state.terminated?.exitCode ?? 0) !== 0)
      ? 'Failed'
      : 'Pending';
  const neverRan = containers.some(
    ({ state, lastState }) => state.waiting !== undefined && lastState.terminated === undefined,
  );
  if (neverRan) return 'Pending';
  const ended = containers.every(
    ({ state }) =>
      state.terminated !== undefined &&
      restarts !== 'Always' &&
      (restarts === 'Never' || state.terminated.exitCode === 0),
  );
  if (!ended) return 'Running';
  return containers.every(({ state }) => state.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
};

/**
 * A pod's status from those of its containers.
 * Source: k8s.io/kubernetes/pkg/kubelet/status/generate.go, …/kubelet_pods.go getPhase
 * @param pod as stored: its conditions of other types stay as they are
 */
export const podStatus = (
  pod: Pod,
  containers: readonly ContainerStatus[],
  inits: readonly ContainerStatus[],
  ip: string | undefined,
  now: string,
): PodStatus => {
  const phase = phaseOf(pod, containers, inits);
  const completed = phase === 'Succeeded';
  const unready = containers.filter((status) => !status.ready).map((status) => status.name);
  const uninitialized = inits
    .filter((status) => status.state.terminated?.exitCode !== 0)
    .map(({ name }) => name);
  const gates = unmetGates(pod);
  const condition = (type: string, problem: { reason: string; message?: string } | undefined): Condition => {
    const status = problem === undefined ? 'True' : 'False';
    const known = findCondition(pod.status.conditions, type);
    const lastTransitionTime = known?.status === status ? (known.lastTransitionTime ?? now) : now;
    return { type, status, lastProbeTime: null, lastTransitionTime, ...problem };
  };
  const notReady = completed
    ? { reason: 'PodCompleted' }
    : unready.length === 0
      ? undefined
      : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  const gated =
    gates.length === 0 ? undefined : { reason: 'ReadinessGatesNotReady', message: gates.join(', ') };
  const own = [
    condition(
      'Initialized',
      uninitialized.length === 0
        ? undefined
        : {
            reason: 'ContainersNotInitialized',
            message: `containers with incomplete status: [${uninitialized.join(' ')}]`,
          },
    ),
    condition('Ready', notReady ?? gated),
    condition('ContainersReady', notReady),
    condition('PodScheduled', undefined),
  ];
  const others = (pod.status.conditions ?? []).filter(({ type }) => !own.some((mine) => mine.type === type));
  return {
    ...pod.status,
    phase,
    conditions: [...own, ...others],
    containerStatuses: structuredClone(containers) as ContainerStatus[],
    ...(inits.length === 0 ? {} : { initContainerStatuses: structuredClone(inits) as ContainerStatus[] }),
    startTime: pod.status.startTime ?? now,
    hostIP: '127.0.0.1',
    ...(ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }] }),
  };
};
