import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Clock, systemClock } from './clock.ts';
import { createContext } from './context.ts';
import { createDaemonSetController } from './controllers/daemon-set.ts';
import { createDeploymentController } from './controllers/deployment/deployment.ts';
import { createEventRecorder } from './controllers/events.ts';
import { createJobController } from './controllers/job/job.ts';
import { createReplicaSetController } from './controllers/replica-set.ts';
import { createResourceQuotaController } from './controllers/resource-quota.ts';
import { createRunner, type Tools } from './controllers/runner.ts';
import { createStatefulSetController } from './controllers/stateful-set.ts';
import { createGarbageCollector } from './garbage-collector.ts';
import type { Timings } from './kubelet/container.ts';
import { createImages, type ResolveImage } from './kubelet/images.ts';
import { createKubelet } from './kubelet/kubelet.ts';
import { createLogs } from './kubelet/logs.ts';
import { type Logger, silentLogger } from './logger.ts';
import { keepSaved, loadState } from './persistence.ts';
import { createRegistry } from './rest-storage.ts';
import { createScheduler } from './scheduler.ts';
import { seed } from './seed.ts';
import { createHandler } from './server/handler.ts';
import { isClusterPath } from './server/route.ts';
import { type Change, createStore } from './store.ts';
import { createTimers } from './timers.ts';
import { createWrites } from './writes.ts';

export type EmbeddedCluster = {
  /** Serves /api, /apis, /openapi, /version, /healthz, /livez and /readyz, as a Kubernetes API server does. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** What clients send as `Authorization: Bearer …`. */
  readonly token: string;
  readonly isClusterPath: (pathname: string) => boolean;
  /** Whether it still reacts to what was written; else it waits for a request or its clock. */
  readonly isBusy: () => boolean;
  /** Saves, ends every watch and timer. */
  readonly close: () => Promise<void>;
};

export type EmbeddedClusterOptions = {
  /** Where the state is kept between runs; absent: in memory only. */
  readonly directory?: string | undefined;
  /** Absent: the one of the last run, or a new one. */
  readonly token?: string | undefined;
  /** Asked when a pod pulls its image; undefined: the registry does not have it. */
  readonly resolveImage: ResolveImage;
  readonly timings?: Partial<Timings> | undefined;
  /** How many changes a watch can catch up on. */
  readonly logLength?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
};

const defaultTimings: Timings = {
  pullMs: 150,
  startMs: 100,
  readyMs: 300,
  terminateMs: 150,
  backoffMs: 1_000,
};

/**
 * A Kubernetes cluster of two nodes within this process: an API server over an in-memory store, the controllers of apps/v1 and of Jobs, a
 * scheduler and a kubelet whose containers exist only in their status. kubectl and client libraries cannot tell.
 */
export const startEmbeddedCluster = async (options: EmbeddedClusterOptions): Promise<EmbeddedCluster> => {
  const { directory, logger = silentLogger, clock = systemClock } = options;
  const saved = directory === undefined ? undefined : loadState(directory, logger);
  const token = options.token ?? saved?.token ?? randomBytes(24).toString('base64url');
  const timers = createTimers(clock, (error) =>
    logger.error('cluster timer failed', { error: String(error) }),
  );
  const store = createStore(saved?.state, options.logLength);
  const context = createContext({ store, clock, timers, logger });
  const writes = createWrites(context);
  const logs = createLogs(context);

  const runner = createRunner(context, (later) => {
    const tools = (name: string): Tools => ({
      context,
      writes,
      events: createEventRecorder(context, writes, name),
      later: later(name),
    });
    return [
      createReplicaSetController(tools('replicaset-controller')),
      createDeploymentController(tools('deployment-controller')),
      createStatefulSetController(tools('statefulset-controller')),
      createDaemonSetController(tools('daemonset-controller')),
      createJobController(tools('job-controller')),
      createResourceQuotaController(tools('resourcequota-controller')),
    ];
  });
  const kubelet = createKubelet({
    context,
    writes,
    logs,
    images: createImages(options.resolveImage),
    events: createEventRecorder(context, writes, 'kubelet'),
    timings: { ...defaultTimings, ...options.timings },
  });
  const parts = [
    createGarbageCollector(context, writes),
    createScheduler(context, writes, createEventRecorder(context, writes, 'default-scheduler')),
    kubelet,
  ];

  // Who reacts to a write does so in a later turn: no write is nested within the listeners of another.
  const pending: Change[] = [];
  let closed = false;
  const deliver = (): void => {
    for (const change of pending.splice(0)) {
      if (closed) return;
      for (const part of parts) {
        try {
          part.handle(change);
        } catch (error) {
          logger.error('cluster component failed', { error: String(error) });
        }
      }
    }
    if (pending.length > 0 && !closed) setImmediate(deliver);
  };
  store.subscribe((change) => {
    runner.handle(change);
    pending.push(change);
    if (pending.length === 1) setImmediate(deliver);
  });

  const saver = directory === undefined ? undefined : keepSaved(directory, token, store, timers);
  seed(context, writes);
  // Whatever state was left, every part looks at all of it once.
  for (const { resource, object } of store.all()) {
    const resourceVersion = store.version();
    const change: Change = { type: 'MODIFIED', resource, object, previous: undefined, resourceVersion };
    for (const part of [runner, ...parts]) part.handle(change);
  }
  const handler = createHandler(context, createRegistry(context), logs, token);
  return {
    handle: handler.handle,
    token,
    isClusterPath,
    isBusy: () => !closed && (pending.length > 0 || runner.isBusy()),
    close: async () => {
      closed = true;
      runner.close();
      handler.close();
      timers.close();
      saver?.flush();
    },
  };
};
