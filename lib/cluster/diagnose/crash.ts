import type { ClusterEvent, Pod } from '../objects/objects.ts';
import { adviceOnExit, describeExit } from './exit-codes.ts';
import { eventLines, isAbout, killingsOf, messageOf, oneLine, timeOf } from './facts.ts';
import type { Finding } from './finding.ts';
import { containerOf, describeProbe } from './spec.ts';
import { eventsOf, logOf, nameOf, type Subject, type Terminated, waitingLine } from './subject.ts';

const endLine = ({ status }: Subject, end: Terminated): string =>
  [
    `container ${status.name}: exit code ${end.exitCode}`,
    ...(end.signal === undefined || end.signal === 0 ? [] : [`signal ${end.signal}`]),
    ...(end.reason === undefined ? [] : [`reason ${end.reason}`]),
    `${status.restartCount} ${status.restartCount === 1 ? 'restart' : 'restarts'}`,
    ...(end.message === undefined || end.message.trim() === '' ? [] : [oneLine(end.message)]),
  ].join(', ');

/** True where the pod is that of a Job, whose containers are to end. */
const isToEnd = ({ spec }: Pod): boolean =>
  spec.restartPolicy === 'Never' || spec.restartPolicy === 'OnFailure';

/** How the last run of a container that is not ready ended. */
const lastEnd = ({ pod, status, isInit }: Subject): Terminated | undefined => {
  if (status.ready) return undefined;
  const { terminated } = status.state ?? {};
  if (terminated !== undefined)
    return (isInit || isToEnd(pod)) && terminated.exitCode === 0 ? undefined : terminated;
  return status.lastState?.terminated;
};

type Killed = { readonly probe: 'liveness' | 'startup'; readonly event?: ClusterEvent };

/**
 * The probe that killed the run, or undefined where it ended by itself. The kubelet says so in an event of type Normal;
 * the exit code tells nothing, since a program may answer SIGTERM with any.
 * Source: k8s.io/kubernetes/pkg/kubelet/kuberuntime/kuberuntime_manager.go, computePodActions
 */
const killerOf = (subject: Subject, end: Terminated): Killed | undefined => {
  const { facts, pod, status } = subject;
  // Times are in whole seconds. An event from before this run is about another run.
  const start = Date.parse(end.startedAt ?? '') - 1_000;
  for (const event of killingsOf(facts, pod.metadata.uid)) {
    const [, probe] = /failed (liveness|startup) probe/.exec(messageOf(event)) ?? [];
    if (probe === undefined || !isAbout(event, status.name)) continue;
    if (!messageOf(event).startsWith(`Container ${status.name} `) || Date.parse(timeOf(event)) < start)
      continue;
    return { probe: probe as Killed['probe'], event };
  }
  // The event is gone or may not be read: a probe that fails, and a container that was killed.
  const isFailing = eventsOf(subject).some((event) => messageOf(event).startsWith('Liveness probe failed'));
  return isFailing && (end.exitCode === 137 || end.exitCode === 143) ? { probe: 'liveness' } : undefined;
};

const killedByProbe = (subject: Subject, { probe }: Killed) => {
  const { status, pod } = subject;
  const container = containerOf(pod, status.name);
  const spec = container?.[`${probe}Probe`];
  const failure = eventsOf(subject).find(
    (event) => event.reason === 'Unhealthy' && messageOf(event).toLowerCase().startsWith(probe),
  );
  const words = failure === undefined ? '' : `: ${messageOf(failure).replace(/^\w+ probe failed: /, '')}`;
  const which = container === undefined || spec === undefined ? '' : ` (${describeProbe(container, spec)})`;
  return {
    summary: `${nameOf(subject)} is killed again and again because its ${probe} probe fails${words}.`,
    next:
      probe === 'liveness'
        ? `Look at what the liveness probe${which} asks, and whether the program answers that in time while it starts; a startupProbe gives it longer.`
        : `Look at what the startup probe${which} asks, and give it more failureThreshold if the program needs longer to start.`,
  };
};

/** Only these probes can end a container; a readiness probe fails because the program does not run. */
const isKillingProbe = (event: ClusterEvent): boolean =>
  event.reason === 'Unhealthy' && /^(?:Liveness|Startup)/.test(messageOf(event));

const outOfMemory = (subject: Subject) => {
  const limit = containerOf(subject.pod, subject.status.name)?.resources?.limits?.memory;
  const which = limit === undefined ? 'than there was' : `than its limit of ${limit}`;
  return {
    cause: 'out-of-memory' as const,
    summary: `${nameOf(subject)} was killed because it used more memory ${which}.`,
    next:
      limit === undefined
        ? `Container ${subject.status.name} has no memory limit, so the node ran out: give it one, and the node more room.`
        : `Raise resources.limits.memory of container ${subject.status.name} (${limit}), or find out why this version needs more.`,
  };
};

const didNotStart: ReadonlySet<string> = new Set(['ContainerCannotRun', 'StartError']);

/** A container that ends, or that its image does not let start. */
export const crashFinding = (subject: Subject): Finding | undefined => {
  const { pod, status, isInit } = subject;
  const end = lastEnd(subject);
  const waiting = status.state?.waiting;
  if (end === undefined && waiting?.reason !== 'CrashLoopBackOff' && waiting?.reason !== 'RunContainerError')
    return undefined;
  const killed = end === undefined ? undefined : killerOf(subject, end);
  const isOver = pod.status?.phase === 'Failed';
  const common = {
    cause: isOver ? ('job-failed' as const) : isInit ? ('init-container' as const) : ('crash-loop' as const),
    evidence: [
      ...(end === undefined ? [] : [endLine(subject, end)]),
      ...waitingLine(subject),
      ...eventLines(eventsOf(subject).filter(isKillingProbe)),
      ...(killed?.event === undefined ? [] : eventLines([killed.event])),
    ],
    container: status.name,
    log: logOf(subject),
    // Of several pods that crash, one that waits for its next try shows most; of those that have failed, the newest.
    weight: isOver
      ? Date.parse(end?.finishedAt ?? '') || 0
      : status.restartCount + (waiting === undefined ? 0 : 1_000_000),
  };
  if (end?.reason === 'OOMKilled') return { ...common, ...outOfMemory(subject) };
  if (killed !== undefined) return { ...common, ...killedByProbe(subject, killed) };
  const isStarted = end !== undefined && !didNotStart.has(end.reason ?? '');
  const ends = isOver ? 'ended' : 'ends';
  const how = isStarted ? `${ends} with ${describeExit(end.exitCode)}` : 'cannot be started';
  const advice = isStarted
    ? isInit && end.exitCode === 0
      ? undefined
      : adviceOnExit(end.exitCode, status.name)
    : `Check command and args of container ${status.name} against the files in the image and their permissions.`;
  return isInit
    ? {
        ...common,
        summary: `${nameOf(subject)} ${how}, so that the pod ${isOver ? 'failed' : 'never starts'}.`,
        next:
          advice ??
          `Read the last log lines of init container ${status.name}, and mend what it does or waits for.`,
      }
    : {
        ...common,
        summary: isOver ? `${nameOf(subject)} ${how}.` : `${nameOf(subject)} ${how} again and again.`,
        next: advice ?? `Read the last log lines of container ${status.name}: the program ends by itself.`,
      };
};
