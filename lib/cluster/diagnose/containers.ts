import type { ContainerStatus, Pod } from '../objects/objects.ts';
import { pullFailures } from '../status/stuck-pod.ts';
import { crashFinding } from './crash.ts';
import { eventLines, type Facts, maxEventLines, messageOf, oneLine } from './facts.ts';
import type { Finding } from './finding.ts';
import { readPullWords } from './pull.ts';
import { readMissing } from './references.ts';
import { isSidecar } from './spec.ts';
import { eventsOf, nameOf, type Subject, waitingLine } from './subject.ts';

/** `Error: ErrImagePull` repeats the state of the container. */
const isEmpty = (message: string): boolean => /^Error: \w+$/.test(message);

/**
 * An image that cannot be pulled. Between two tries the container is in ImagePullBackOff, whose message does not have the
 * registry's answer (before Kubernetes 1.32) or has it behind its own text: then the message of the failed try is shown.
 */
const pullFinding = (subject: Subject): Finding | undefined => {
  const { status, image } = subject;
  const waiting = status.state?.waiting;
  if (waiting?.reason === undefined || !pullFailures.has(waiting.reason)) return undefined;
  const [, tried] = /: (ErrImagePull: .*)$/s.exec(waiting.message ?? '') ?? [];
  const state = tried === undefined ? waitingLine(subject) : [`container ${status.name}: ${tried}`];
  const known = tried?.replace('ErrImagePull: ', '') ?? waiting.message ?? '';
  const events = eventsOf(subject).filter(
    (event) =>
      (event.reason === 'Failed' || event.reason === 'InspectFailed') &&
      !isEmpty(messageOf(event)) &&
      // Not what the state already says in the same words.
      !(known !== '' && messageOf(event).endsWith(known)),
  );
  const shownEvents = events.slice(0, maxEventLines);
  const words = [known, ...events.map(messageOf)].join('\n');
  const { says, next, isOutside } = readPullWords(words, image);
  return {
    cause: 'image-pull',
    summary: `The image ${image} of container ${status.name} cannot be pulled${says === undefined ? '' : `: ${says}`}.`,
    evidence: [...state, ...eventLines(shownEvents)],
    next,
    container: status.name,
    ...(isOutside ? { outside: true } : {}),
    pullMessages: [waiting.reason, oneLine(known), ...shownEvents.map(messageOf)].join('\n'),
  };
};

/** A container that the kubelet cannot create: something it refers to is missing, or its settings contradict each other. */
const configFinding = (subject: Subject): Finding | undefined => {
  const { status, pod } = subject;
  const { waiting } = status.state ?? {};
  if (waiting?.reason !== 'CreateContainerConfigError' && waiting?.reason !== 'CreateContainerError')
    return undefined;
  const message = waiting.message ?? waiting.reason;
  const missing = readMissing(message, pod, `in container ${status.name}`);
  const isRoot = /runAsNonRoot|non-root|non-numeric user/i.test(message);
  return {
    cause: missing === undefined ? 'unknown' : 'missing-reference',
    summary: `${nameOf(subject)} cannot be created: ${missing?.says ?? message}.`,
    evidence: [
      ...waitingLine(subject),
      ...eventLines(eventsOf(subject).filter((event) => !messageOf(event).endsWith(message))),
    ],
    next:
      missing?.next ??
      (isRoot
        ? `Set securityContext.runAsUser of container ${status.name} to the number of a user other than root, or build the image with one.`
        : `Read the message of the kubelet and correct container ${status.name}.`),
    container: status.name,
  };
};

/** What is wrong with the containers of a pod: at most one finding a container. */
export const findInContainers = (facts: Facts, pod: Pod): readonly Finding[] => {
  const find = (statuses: readonly ContainerStatus[] | undefined, isInit: boolean): readonly Finding[] =>
    (statuses ?? []).flatMap((status) => {
      const containers = (isInit ? pod.spec.initContainers : pod.spec.containers) ?? [];
      const image =
        containers.find((container) => container.name === status.name)?.image ?? status.image ?? '';
      const subject = { facts, pod, status, image, isInit: isInit && !isSidecar(pod, status.name) };
      const finding = pullFinding(subject) ?? configFinding(subject) ?? crashFinding(subject);
      return finding === undefined ? [] : [finding];
    });
  return [...find(pod.status?.initContainerStatuses, true), ...find(pod.status?.containerStatuses, false)];
};
