import type { Context } from '../context.ts';
import type { EventRecorder } from '../controllers/events.ts';
import { deleteObject } from '../deletion.ts';
import { pods } from '../resources.ts';
import type { Container, ContainerStatus, Pod } from '../types.ts';
import type { Writes } from '../writes.ts';
import { terminateAfterMs } from './behaviour.ts';
import {
  type ContainerHost,
  type ContainerRun,
  createContainer,
  initialStatus,
  type Timings,
} from './container.ts';
import type { Images } from './images.ts';
import type { Logs } from './logs.ts';
import { podStatus } from './pod-status.ts';
import { missingForVolumes } from './references.ts';

/** What the kubelet and its workers share. */
export type KubeletParts = {
  readonly context: Context;
  readonly writes: Writes;
  readonly events: EventRecorder;
  readonly images: Images;
  readonly logs: Logs;
  readonly timings: Timings;
};

export type PodWorker = {
  readonly namespace: string | undefined;
  start(): void;
  /** The pod as it is stored now, after any change. */
  see(pod: Pod): void;
  /** A ConfigMap or Secret has turned up. */
  wake(): void;
  stop(): void;
};

/** The address of a pod, made from its uid: unique enough, and the same after a restart. */
const addressOf = (pod: Pod): string => {
  const [a = '0', b = '0'] = [pod.metadata.uid.slice(0, 2), pod.metadata.uid.slice(2, 4)];
  return `10.244.${Number.parseInt(a, 16) % 4}.${Number.parseInt(b, 16)}`;
};

/** Looks after one pod: volumes, init containers in turn, containers together, readiness, the end. */
export const createPodWorker = (parts: KubeletParts, initial: Pod): PodWorker => {
  const { context, writes, timings } = parts;
  const { namespace, name, uid } = initial.metadata;
  const cancels = new Set<() => void>();
  let stopped = false;
  let terminating = false;
  let blocked: (() => void) | undefined;
  let hasAddress = initial.status.podIP !== undefined;
  let latest = initial;

  const pod = (): Pod => context.store.get<Pod>(pods, namespace, name) ?? latest;
  const alive = (): boolean => !stopped && !terminating && pod().metadata.uid === uid;
  const after = (milliseconds: number, run: () => void): void => {
    const cancel = context.timers.after(milliseconds, () => {
      cancels.delete(cancel);
      run();
    });
    cancels.add(cancel);
  };
  const kubelet = { component: 'kubelet', host: initial.spec.nodeName };
  const event: KubeletParts['events'] = (about, type, reason, message) =>
    parts.events(about, type, reason, message, kubelet);

  const known = (container: Container): ContainerStatus | undefined =>
    [...(initial.status.containerStatuses ?? []), ...(initial.status.initContainerStatuses ?? [])].find(
      (status) => status.name === container.name && status.image === container.image,
    );
  const inits = initial.spec.initContainers ?? [];
  const statusOf = (container: Container): ContainerStatus => {
    const found = known(container);
    return found === undefined
      ? initialStatus(container, inits.length > 0 ? 'PodInitializing' : 'ContainerCreating')
      : structuredClone(found);
  };
  const runs = new Map<string, ContainerRun>();
  const publish = (): void => {
    if (stopped) return;
    const read = (list: readonly Container[]): ContainerStatus[] =>
      list.flatMap((container) => runs.get(container.name)?.status ?? []);
    writes.modify(pods, pod(), (draft) => {
      draft.status = podStatus(
        draft,
        read(draft.spec.containers),
        read(inits),
        hasAddress ? addressOf(draft) : undefined,
        context.now(),
      );
    });
  };

  const prepare = (
    container: Container,
    kind: 'init' | 'main',
    onDone: () => void,
    restarts = 0,
  ): ContainerRun => {
    const status = { ...statusOf(container), ...(restarts > 0 ? { restartCount: restarts } : {}) };
    const isCurrent = (): boolean => alive() && runs.get(container.name) === run;
    const list = kind === 'init' ? 'initContainers' : 'containers';
    const fieldPath = `spec.${list}{${container.name}}`;
    const host: ContainerHost = {
      ...parts,
      ...{ pod, publish, after, alive: isCurrent },
      event: (about, type, reason, message) =>
        parts.events(about, type, reason, message, { ...kubelet, fieldPath }),
    };
    const run: ContainerRun = createContainer(host, container, status, kind, onDone);
    runs.set(container.name, run);
    return run;
  };

  const mount = (next: () => void): void => {
    const missing = missingForVolumes(context.store, pod());
    if (missing === undefined) {
      next();
      return;
    }
    event(pod(), 'Warning', 'FailedMount', missing);
    blocked = () => mount(next);
  };

  const startMain = (): void => {
    hasAddress = true;
    for (const container of initial.spec.containers) runs.get(container.name)?.start();
    publish();
  };

  const startInit = (index: number): void => {
    const container = inits[index];
    if (container === undefined) {
      startMain();
      return;
    }
    const run = runs.get(container.name);
    if (run?.status.state.terminated?.exitCode === 0) startInit(index + 1);
    else run?.start();
  };

  const endContainers = (): void => {
    for (const { status } of runs.values()) {
      const { startedAt } = status.state.running ?? {};
      if (startedAt === undefined) continue;
      const { containerID = '' } = status;
      status.state = {
        terminated: { exitCode: 0, reason: 'Completed', startedAt, finishedAt: context.now(), containerID },
      };
      status.ready = false;
      status.started = false;
    }
    publish();
  };

  const terminate = (doomed: Pod): void => {
    if (!terminating) for (const cancel of cancels) cancel();
    terminating = true;
    const grace = (doomed.metadata.deletionGracePeriodSeconds ?? 30) * 1_000;
    const takes = Math.min(grace, terminateAfterMs(doomed) ?? timings.terminateMs);
    event(doomed, 'Normal', 'Killing', `Stopping container ${doomed.spec.containers[0]?.name ?? ''}`);
    after(takes, () => {
      if (pod().metadata.uid !== uid) return;
      // A finalizer keeps the pod, and it shows that nothing of it runs any more.
      if ((pod().metadata.finalizers ?? []).length > 0) endContainers();
      deleteObject(context, pods, pod(), { gracePeriodSeconds: 0 });
    });
  };

  return {
    namespace,
    start: () => {
      if (initial.metadata.deletionTimestamp !== undefined) {
        terminate(initial);
        return;
      }
      for (const [index, container] of inits.entries())
        prepare(container, 'init', () => startInit(index + 1));
      for (const container of initial.spec.containers) prepare(container, 'main', () => {});
      publish();
      mount(() => startInit(0));
    },
    see: (next) => {
      const before = latest;
      latest = next;
      if (stopped) return;
      if (next.metadata.deletionTimestamp !== undefined) {
        const shortened =
          next.metadata.deletionGracePeriodSeconds !== before.metadata.deletionGracePeriodSeconds;
        if (!terminating || shortened) terminate(next);
        return;
      }
      for (const container of next.spec.containers) {
        const run = runs.get(container.name);
        if (run === undefined || run.status.image === container.image) continue;
        // An image changed in place: the container, and only it, starts anew.
        event(next, 'Normal', 'Killing', `Container ${container.name} definition changed, will be restarted`);
        prepare(container, 'main', () => {}, run.status.restartCount + 1).start();
        publish();
      }
      // Readiness gates are set by others.
      if ((next.spec.readinessGates ?? []).length > 0) publish();
    },
    wake: () => {
      const retry = blocked;
      blocked = undefined;
      retry?.();
      for (const run of runs.values()) run.wake();
    },
    stop: () => {
      stopped = true;
      for (const cancel of cancels) cancel();
      cancels.clear();
    },
  };
};
