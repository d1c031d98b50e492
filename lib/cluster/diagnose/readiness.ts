import { type ContainerStatus, conditionOf, type Pod } from '../objects/objects.ts';
import { eventLines, type Facts, isAbout, messageOf, warningsOf } from './facts.ts';
import type { Finding } from './finding.ts';
import { containerOf, describeProbe, isSidecar } from './spec.ts';

/** The containers of the pod are ready, and a readiness gate is not. */
export const closedGate = (pod: Pod): Finding | undefined => {
  if (conditionOf(pod, 'ContainersReady')?.status !== 'True') return undefined;
  const closed = (pod.spec.readinessGates ?? []).find(
    ({ conditionType }) => conditionOf(pod, conditionType)?.status !== 'True',
  );
  if (closed === undefined) return undefined;
  const { conditionType } = closed;
  const condition = conditionOf(pod, conditionType);
  const words = [condition?.reason, condition?.message].filter((part) => part !== undefined && part !== '');
  return {
    cause: 'readiness-gate',
    summary: `The containers are ready, but the readiness gate ${conditionType} is not True.`,
    evidence: [
      condition === undefined
        ? `condition ${conditionType}: nobody has set it`
        : [`condition ${conditionType}: ${condition.status}`, ...words].join(': '),
    ],
    next:
      condition === undefined
        ? `Check that the controller which sets the condition ${conditionType} runs and knows this pod: a load balancer's, usually.`
        : `Ask the controller that sets the condition ${conditionType} what it waits for: health checks of a load balancer, usually.`,
  };
};

/** What the container waits for, in one sentence that names its probe. */
const adviceOn = (pod: Pod, { name, started }: ContainerStatus): string => {
  const container = containerOf(pod, name);
  const { readinessProbe, startupProbe } = container ?? {};
  if (container !== undefined && startupProbe !== undefined && started !== true)
    return `Its startup probe has not succeeded yet: ${describeProbe(container, startupProbe)}. Look at what the program does until then.`;
  if (container !== undefined && readinessProbe !== undefined)
    return `Look at what the readiness probe asks (${describeProbe(container, readinessProbe)}), and what the program needs before it answers that.`;
  return `Container ${name} has no readiness probe: look at its node and at the log.`;
};

/** Containers that run and do not become ready. */
export const notReady = (facts: Facts, pod: Pod): Finding | undefined => {
  const sidecars = (pod.status?.initContainerStatuses ?? []).filter(({ name }) => isSidecar(pod, name));
  const running = [...sidecars, ...(pod.status?.containerStatuses ?? [])].filter(
    (status) => !status.ready && status.state?.running !== undefined,
  );
  const [container] = running;
  if (container === undefined) return undefined;
  const probes = warningsOf(facts, pod.metadata.uid).filter(
    (event) => event.reason === 'Unhealthy' && isAbout(event, container.name),
  );
  const probe = probes.find((event) => messageOf(event).startsWith('Readiness')) ?? probes[0];
  return {
    cause: 'not-ready',
    summary: `Container ${container.name} runs but does not become ready${probe === undefined ? '' : `: ${messageOf(probe)}`}.`,
    evidence: [
      ...running.map(
        (status) =>
          `container ${status.name}: running, not ready, ${status.restartCount} ${status.restartCount === 1 ? 'restart' : 'restarts'}`,
      ),
      ...eventLines(probes),
    ],
    next: adviceOn(pod, container),
    container: container.name,
    weight: container.restartCount,
    log: {
      namespace: pod.metadata.namespace ?? 'default',
      pod: pod.metadata.name,
      container: container.name,
      previous: false,
    },
  };
};
