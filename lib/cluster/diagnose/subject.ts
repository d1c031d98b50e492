import type { ClusterEvent, ContainerStatus, Pod } from '../objects/objects.ts';
import { type Facts, isAbout, oneLine, warningsOf } from './facts.ts';
import type { LogRequest } from './finding.ts';

export type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

/** One container of one pod. */
export type Subject = {
  readonly facts: Facts;
  readonly pod: Pod;
  readonly status: ContainerStatus;
  /** As the pod asks for it; a kubelet may show another spelling. */
  readonly image: string;
  readonly isInit: boolean;
};

/** `Container web`, at the start of a sentence. */
export const nameOf = ({ status, isInit }: Subject): string =>
  `${isInit ? 'Init container' : 'Container'} ${status.name}`;

/**
 * The log of the run that failed: while a container waits for its next run or is in it, that is the previous one.
 * Source: k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go, validateContainerLogStatus
 */
export const logOf = ({ pod, status }: Subject): LogRequest => ({
  namespace: pod.metadata.namespace ?? 'default',
  pod: pod.metadata.name,
  container: status.name,
  previous: status.state?.terminated === undefined && status.restartCount > 0,
});

/** The warnings about the container, latest first. */
export const eventsOf = ({ facts, pod, status }: Subject): readonly ClusterEvent[] =>
  warningsOf(facts, pod.metadata.uid).filter((event) => isAbout(event, status.name));

/** kubelet's words name the pod and its uid, which the diagnosis does anyhow. */
const shorten = (message: string): string =>
  message.replace(/(failed container)[= ]\S+ (?:in pod |pod=)\S+$/, '$1');

/** `container web: CrashLoopBackOff: back-off 40s restarting failed container`, where it waits for something. */
export const waitingLine = ({ status }: Subject): readonly string[] => {
  const { waiting } = status.state ?? {};
  if (waiting?.reason === undefined) return [];
  const message = waiting.message === undefined ? '' : `: ${shorten(oneLine(waiting.message))}`;
  return [`container ${status.name}: ${waiting.reason}${message}`];
};
