import type { ContainerStatus, Pod } from '../objects.ts';
import { pullFailures } from '../wedge.ts';
import { eventLines, type Facts, warningsOf } from './facts.ts';
import type { Finding, LogRequest } from './finding.ts';

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

/** One container of one pod. */
type Subject = {
  readonly facts: Facts;
  readonly pod: Pod;
  readonly status: ContainerStatus;
  /** As the pod asks for it; a kubelet may show another spelling. */
  readonly image: string;
  readonly isInit: boolean;
};

const logOf = ({ pod, status }: Subject): LogRequest => ({
  namespace: pod.metadata.namespace ?? 'default',
  pod: pod.metadata.name,
  container: status.name,
  // While it waits for its next run, the last one is "previous" only if a run has begun since; asking for it falls back.
  previous: status.restartCount > 0,
});

const eventsOf = ({ facts, pod }: Subject) => warningsOf(facts, pod.metadata.uid);

const stateLine = ({ status }: Subject): readonly string[] => {
  const { waiting } = status.state ?? {};
  if (waiting?.reason === undefined) return [];
  return [
    `container ${status.name}: ${waiting.reason}${waiting.message === undefined ? '' : `: ${waiting.message}`}`,
  ];
};

const pullFinding = (subject: Subject): Finding | undefined => {
  const { status, image } = subject;
  const reason = status.state?.waiting?.reason;
  if (reason === undefined || !pullFailures.has(reason)) return undefined;
  const events = eventsOf(subject).filter(
    (event) => event.reason === 'Failed' || event.reason === 'BackOff' || event.reason === 'InspectFailed',
  );
  return {
    cause: 'image-pull',
    summary: `The image ${image} of container ${status.name} cannot be pulled.`,
    evidence: [...stateLine(subject), ...eventLines(events)],
    next: 'Check that the registry has this tag and that the pull secret of the namespace is right.',
    container: status.name,
  };
};

const endLine = (status: ContainerStatus, end: Terminated): string =>
  [
    `container ${status.name}: exit code ${end.exitCode}`,
    ...(end.signal === undefined || end.signal === 0 ? [] : [`signal ${end.signal}`]),
    ...(end.reason === undefined ? [] : [`reason ${end.reason}`]),
    `${status.restartCount} restarts`,
    ...(end.message === undefined || end.message.trim() === '' ? [] : [end.message.trim()]),
  ].join(', ');

/** How the last run of a container ended that did not stay up. */
const lastEnd = ({ status, isInit }: Subject): Terminated | undefined => {
  if (status.ready) return undefined;
  const { terminated } = status.state ?? {};
  if (terminated !== undefined) return isInit && terminated.exitCode === 0 ? undefined : terminated;
  return status.lastState?.terminated;
};

const crashFinding = (subject: Subject): Finding | undefined => {
  const { status, isInit } = subject;
  const end = lastEnd(subject);
  const waiting = status.state?.waiting?.reason;
  if (end === undefined && waiting !== 'CrashLoopBackOff' && waiting !== 'RunContainerError')
    return undefined;
  const what = `${isInit ? 'Init container' : 'Container'} ${status.name}`;
  const killed = end?.reason === 'OOMKilled';
  const common = {
    evidence: [
      ...(end === undefined ? [] : [endLine(status, end)]),
      ...stateLine(subject),
      ...eventLines(eventsOf(subject).filter((event) => event.reason === 'Unhealthy')),
    ],
    container: status.name,
    log: logOf(subject),
  };
  if (killed)
    return {
      ...common,
      cause: 'out-of-memory',
      summary: `${what} was killed because it used more memory than its limit.`,
      next: 'Raise resources.limits.memory, or find out why this version needs more.',
    };
  const how =
    end === undefined
      ? 'cannot be started'
      : end.reason === 'ContainerCannotRun' || end.reason === 'StartError'
        ? 'cannot be started'
        : `ends with exit code ${end.exitCode}`;
  return isInit
    ? {
        ...common,
        cause: 'init-container',
        summary: `${what} ${how}, so that the pod never starts.`,
        next: 'Read the log of the init container and mend what it waits for or does.',
      }
    : {
        ...common,
        cause: 'crash-loop',
        summary: `${what} ${how} again and again.`,
        next: 'Read the log lines: the program ends by itself, or its liveness probe kills it.',
      };
};

const configFinding = (subject: Subject): Finding | undefined => {
  const { waiting } = subject.status.state ?? {};
  if (waiting?.reason !== 'CreateContainerConfigError' && waiting?.reason !== 'CreateContainerError')
    return undefined;
  const missing = waiting.reason === 'CreateContainerConfigError';
  return {
    cause: missing ? 'missing-reference' : 'unknown',
    summary: `Container ${subject.status.name} cannot be created: ${waiting.message ?? waiting.reason}.`,
    evidence: [...stateLine(subject), ...eventLines(eventsOf(subject))],
    next: missing
      ? 'Create the ConfigMap or Secret (or the key) that the message names, or correct the reference.'
      : 'Read the message of the kubelet and correct the container.',
    container: subject.status.name,
  };
};

/** What is wrong with the containers of a pod: at most one finding a container. */
export const findInContainers = (facts: Facts, pod: Pod): readonly Finding[] => {
  const find = (statuses: readonly ContainerStatus[] | undefined, isInit: boolean): readonly Finding[] =>
    (statuses ?? []).flatMap((status) => {
      const containers = (isInit ? pod.spec.initContainers : pod.spec.containers) ?? [];
      const image =
        containers.find((container) => container.name === status.name)?.image ?? status.image ?? '';
      const subject = { facts, pod, status, image, isInit };
      const finding = pullFinding(subject) ?? configFinding(subject) ?? crashFinding(subject);
      return finding === undefined ? [] : [finding];
    });
  return [...find(pod.status?.initContainerStatuses, true), ...find(pod.status?.containerStatuses, false)];
};
