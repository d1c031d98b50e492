import { randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import type { EventRecorder } from '../controllers/events.ts';
import type { Container, ContainerStatus, Pod, Probe } from '../types.ts';
import { behaviourOf, exitOf, printedLines, probeFailure, readyAfterMs } from './behaviour.ts';
import { parseImage } from './image-reference.ts';
import type { Images } from './images.ts';
import type { Logs } from './logs.ts';
import { missingForEnvironment } from './references.ts';

export type Timings = {
  readonly pullMs: number;
  readonly startMs: number;
  readonly readyMs: number;
  readonly terminateMs: number;
  /** First wait before a failed pull or a crashed container is tried again; doubles up to 32 times as long. */
  readonly backoffMs: number;
};

export type ContainerHost = {
  readonly context: Context;
  readonly images: Images;
  readonly logs: Logs;
  readonly timings: Timings;
  /** As stored now. */
  readonly pod: () => Pod;
  readonly event: EventRecorder;
  /** The status has changed. */
  readonly publish: () => void;
  /** Work for later; dropped when the pod goes. */
  readonly after: (milliseconds: number, run: () => void) => void;
  /** False once the pod is going or the container was replaced. */
  readonly alive: () => boolean;
};

export type ContainerRun = {
  readonly status: ContainerStatus;
  start(): void;
  /** Something it may be waiting for has turned up. */
  wake(): void;
};

export const initialStatus = (container: Container, reason: string): ContainerStatus => ({
  name: container.name,
  image: container.image,
  imageID: '',
  ready: false,
  started: false,
  restartCount: 0,
  state: { waiting: { reason } },
  lastState: {},
});

const maxBackoffFactor = 32;

/**
 * The life of one container: pull, create, start, become ready, perhaps crash, and again, with growing pauses.
 * Reasons, messages and events as in k8s.io/kubernetes/pkg/kubelet/{images,kuberuntime}.
 * @param kind an init container runs to its end; a main one stays
 */
export const createContainer = (
  host: ContainerHost,
  container: Container,
  status: ContainerStatus,
  kind: 'init' | 'main',
  onDone: () => void,
): ContainerRun => {
  const { context, images, logs, timings, event, publish } = host;
  const { image, name } = container;
  let pullFailures = 0;
  let crashes = 0;
  let blocked: (() => void) | undefined;

  const after = (milliseconds: number, run: () => void): void =>
    host.after(milliseconds, () => {
      if (host.alive()) run();
    });
  const wait = (reason: string, message?: string): void => {
    status.state = { waiting: { reason, ...(message === undefined ? {} : { message }) } };
    status.ready = false;
    status.started = false;
    publish();
  };
  const backoff = (failures: number): number =>
    timings.backoffMs * Math.min(maxBackoffFactor, 2 ** Math.max(0, failures - 1));
  const node = (): string => host.pod().spec.nodeName ?? '';

  const pullFailed = (message: string): void => {
    pullFailures += 1;
    event(host.pod(), 'Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
    event(host.pod(), 'Warning', 'Failed', 'Error: ErrImagePull');
    wait('ErrImagePull', message);
    const pause = backoff(pullFailures);
    after(pause / 2, () => {
      event(host.pod(), 'Normal', 'BackOff', `Back-off pulling image "${image}"`);
      event(host.pod(), 'Warning', 'Failed', 'Error: ImagePullBackOff');
      wait('ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${message}`);
      after(pause / 2, pull);
    });
  };

  const pull = (): void => {
    if (parseImage(image) === undefined) {
      const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
      event(host.pod(), 'Warning', 'InspectFailed', message);
      event(host.pod(), 'Warning', 'Failed', 'Error: InvalidImageName');
      wait('InvalidImageName', message);
      return;
    }
    const known = images.present(node(), image);
    if (known !== undefined && container.imagePullPolicy !== 'Always') {
      event(host.pod(), 'Normal', 'Pulled', `Container image "${image}" already present on machine`);
      create(known);
      return;
    }
    event(host.pod(), 'Normal', 'Pulling', `Pulling image "${image}"`);
    const began = context.clock.now();
    after(timings.pullMs, () => {
      images
        .pull(node(), image)
        .then((pulled) => {
          if (!host.alive()) return;
          if (pulled.type === 'failed') {
            pullFailed(pulled.message);
            return;
          }
          pullFailures = 0;
          const took = Math.round(context.clock.now() - began);
          event(
            host.pod(),
            'Normal',
            'Pulled',
            `Successfully pulled image "${image}" in ${took}ms (${took}ms including waiting)`,
          );
          create(pulled.imageId);
        })
        .catch((error: unknown) => context.logger.error('pull failed', { image, error: String(error) }));
    });
  };

  const create = (imageId: string): void => {
    status.imageID = imageId;
    const missing = missingForEnvironment(context.store, host.pod(), container);
    if (missing !== undefined) {
      event(host.pod(), 'Warning', 'Failed', `Error: ${missing}`);
      wait('CreateContainerConfigError', missing);
      blocked = () => create(imageId);
      return;
    }
    event(host.pod(), 'Normal', 'Created', `Created container: ${name}`);
    after(timings.startMs, start);
  };

  const start = (): void => {
    const startedAt = context.now();
    status.containerID = `containerd://${randomUUID().replaceAll('-', '')}`;
    status.state = { running: { startedAt } };
    status.started = true;
    status.ready = false;
    logs.begin(host.pod(), name);
    logs.print(host.pod(), name, `starting ${image}`);
    for (const line of printedLines(host.pod())) logs.print(host.pod(), name, line);
    event(host.pod(), 'Normal', 'Started', `Started container ${name}`);
    publish();
    const exit = exitOf(behaviourOf(image), image);
    if (exit !== undefined)
      after(timings.startMs, () => ended(exit.code, exit.reason, exit.lines, startedAt));
    else if (kind === 'init') after(timings.startMs, () => ended(0, 'Completed', ['done'], startedAt));
    else goOn(startedAt);
  };

  /** A container that is to run for ever serves; one of a Job does its work and ends. */
  const goOn = (startedAt: string): void => {
    if ((host.pod().spec.restartPolicy ?? 'Always') !== 'Always') {
      const worksFor = readyAfterMs(host.pod()) ?? timings.readyMs;
      after(worksFor, () => ended(0, 'Completed', ['done'], startedAt));
      return;
    }
    logs.print(host.pod(), name, 'listening on :8080');
    if (!status.ready) becomeReady();
  };

  const becomeReady = (): void =>
    after(readyAfterMs(host.pod()) ?? timings.readyMs, () => {
      const behaviour = behaviourOf(image);
      if (behaviour !== 'never-ready' && behaviour !== 'hangs') {
        status.ready = true;
        publish();
        return;
      }
      const { readinessProbe, livenessProbe } = container;
      const unhealthy = (probe: Probe | undefined, which: string): void => {
        const words = probeFailure(behaviour, container, probe, host.pod().status.podIP ?? '127.0.0.1');
        event(host.pod(), 'Warning', 'Unhealthy', `${which} probe failed: ${words}`);
      };
      if (behaviour === 'never-ready') logs.print(host.pod(), name, 'GET /healthz 503');
      unhealthy(readinessProbe, 'Readiness');
      if (behaviour !== 'hangs' || livenessProbe === undefined) return;
      for (let failed = 0; failed < (livenessProbe.failureThreshold ?? 3); failed += 1)
        unhealthy(livenessProbe, 'Liveness');
      event(host.pod(), 'Normal', 'Killing', `Container ${name} failed liveness probe, will be restarted`);
      // Deaf to SIGTERM as well.
      const { startedAt = context.now() } = status.state.running ?? {};
      after(timings.terminateMs, () => ended(137, 'Error', [], startedAt));
    });

  const ended = (exitCode: number, reason: string, lines: readonly string[], startedAt: string): void => {
    for (const line of lines) logs.print(host.pod(), name, line);
    const containerID = status.containerID ?? '';
    status.state = { terminated: { exitCode, reason, startedAt, finishedAt: context.now(), containerID } };
    status.ready = kind === 'init' && exitCode === 0;
    status.started = false;
    publish();
    const restartPolicy = host.pod().spec.restartPolicy ?? 'Always';
    if (exitCode === 0 && (kind === 'init' || restartPolicy !== 'Always')) onDone();
    else if (restartPolicy !== 'Never') restart();
  };

  /** The first restart comes at once; from the second on there is a pause. */
  const restart = (): void => {
    crashes += 1;
    const again = (): void => {
      status.restartCount += 1;
      pull();
    };
    const crashed = status.state;
    if (crashes === 1) {
      status.lastState = crashed;
      after(timings.startMs, again);
      return;
    }
    const pause = backoff(crashes - 1);
    const { namespace, uid } = host.pod().metadata;
    const podName = `${host.pod().metadata.name}_${namespace}(${uid})`;
    after(timings.startMs, () => {
      status.lastState = crashed;
      event(
        host.pod(),
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${name} in pod ${podName}`,
      );
      wait(
        'CrashLoopBackOff',
        `back-off ${Math.max(1, Math.round(pause / 1_000))}s restarting failed container=${name} pod=${podName}`,
      );
      after(pause, again);
    });
  };

  return {
    status,
    start: () => {
      const { running } = status.state;
      if (running === undefined) pull();
      // After a restart of the cluster: the container ran on meanwhile.
      else goOn(running.startedAt);
    },
    wake: () => {
      const retry = blocked;
      blocked = undefined;
      retry?.();
    },
  };
};
