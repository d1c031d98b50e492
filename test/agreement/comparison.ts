import { stringify } from 'yaml';
import { connect } from '../../lib/cluster/connect/connect.ts';
import { deliver } from '../../lib/cluster/deliver/deliver.ts';
import type { WorkloadKind, WorkloadRef } from '../../lib/cluster/objects/objects.ts';
import { rolloutStatus } from '../../lib/cluster/status/rollout-status.ts';
import { type RolloutVerdict, watchRollout } from '../../lib/cluster/watch/watch-rollout.ts';
import type { AgreementCluster } from './cluster.ts';
import { recordHistory, type Version } from './history.ts';
import type { KubectlSays } from './judge.ts';
import { gate, isCounted, keepGates, livePods } from './readiness-gates.ts';

export type ReleaseOptions = {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly pod?: Readonly<Record<string, unknown>>;
  /** kubectl would wait for ever: it is stopped once it has said how things stand, and the poller has ended. */
  readonly isInVain?: boolean;
  /** The poller's deadline, in seconds of its clock; absent: it has none. */
  readonly pollerSeconds?: number;
  /** See the cluster's clock. */
  readonly haste?: number;
  /**
   * When pods may become ready. `watched`: once both watch. `step`: each once both have said what is to be said of the
   * moment, so that neither can miss a step. `afterwards`: once the poller has ended. `never`: not at all.
   */
  readonly ready?: 'at-once' | 'watched' | 'step' | 'afterwards' | 'never';
  /** Done once, as soon as both have said how things stand. */
  readonly meanwhile?: () => Promise<void>;
  /** Done at every step. */
  readonly onStep?: () => void;
};

export type Outcome = {
  /** The released image, as the template has it. */
  readonly image: string;
  /** From the released template on, in order, each with what is to be said of it. */
  readonly history: readonly Version[];
  readonly kubectl: KubectlSays;
  readonly poller: {
    readonly watched: RolloutVerdict;
    /** Those of its progress, and that of its verdict where it is healthy. */
    readonly messages: readonly string[];
  };
  /** What both said each time when a pod was let go on (ready: step). */
  readonly steps: readonly string[];
  /** A pod was ready, and then for a moment was not. */
  readonly hasWavered: boolean;
  /** The poller's. */
  readonly log: readonly string[];
};

export type Comparison = Awaited<ReturnType<typeof createComparison>>;

/** Enough for pods to start, and not for anything to run out of patience before both watch. */
const aMomentMs = 1_000;
/** Enough for the poller's patience with anything, and not for a Deployment's progress deadline where it has none. */
const aWhileMs = 200_000;

/** What the poller puts before kubectl's words where the Deployment is paused. */
export const pausedPrefix = (name: string): string =>
  `deployment "${name}" is paused (spec.paused) and waits for somebody to resume it; where the manifest says so, it has to be changed there. `;

/** Of one workload, in a file of its own. */
export const manifest = (kind: WorkloadKind, name: string, image: string, options: ReleaseOptions): string =>
  stringify({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas: 3 }),
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      selector: { matchLabels: { app: name } },
      template: {
        // The lab's kubelet takes its time unless it is told otherwise; the embedded cluster's does not.
        metadata: { labels: { app: name }, annotations: { 'fake-kubelet/ready-delay-ms': '100' } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'web', image, imagePullPolicy: 'Always' }],
          ...((options.ready ?? 'at-once') === 'at-once'
            ? {}
            : { readinessGates: [{ conditionType: gate }] }),
          ...options.pod,
        },
      },
      ...options.spec,
    },
  });

/** A workload `web` in a namespace of its own, and two who watch what becomes of its releases. */
export const createComparison = async (cluster: AgreementCluster, kind: WorkloadKind) => {
  const namespace = await cluster.createNamespace();
  const log: string[] = [];
  const note = (message: string, fields?: unknown): void => {
    log.push(`${message} ${JSON.stringify(fields ?? {})}`);
  };
  const connection = connect({
    kubeconfig: cluster.kubeconfig,
    logger: { debug: note, info: note, warn: note, error: note },
  });
  const ref: WorkloadRef = { apiVersion: 'apps/v1', kind, namespace, name: 'web' };
  const image = `registry.test/${namespace}`;

  const bring = (tag: string, options: ReleaseOptions = {}): Promise<readonly WorkloadRef[]> =>
    deliver(connection, {
      ...{ mode: 'apply', namespace, image, tag, changeCause: `web ${tag} (test)` },
      files: [{ path: 'deployment/web.yml', text: manifest(kind, 'web', `${image}:${tag}`, options) }],
    });

  /** Brings a tag out, unwatched, and waits until it is. */
  const settle = async (tag: string, options: ReleaseOptions = {}): Promise<void> => {
    const stop = new AbortController();
    try {
      const history = await recordHistory(cluster, ref, () => undefined, stop.signal);
      await bring(tag, options);
      await cluster.run(history.done(`${image}:${tag}`));
    } finally {
      stop.abort();
    }
  };

  /** Delivers a tag and has it watched by kubectl and by the poller at the same time. */
  const release = async (tag: string, options: ReleaseOptions = {}): Promise<Outcome> => {
    const { isInVain = false, pollerSeconds = Number.POSITIVE_INFINITY, haste = 1 } = options;
    const { ready = 'at-once' } = options;
    const reference = `${image}:${tag}`;
    const stop = new AbortController();
    let wake = Promise.withResolvers<void>();
    const changed = (): void => {
      wake.resolve();
      wake = Promise.withResolvers();
    };
    const history = await recordHistory(cluster, ref, changed, stop.signal);
    let judge: ReturnType<AgreementCluster['judge']> | undefined;
    let kubectlSaid: string | undefined;
    let pollerSaid: string | undefined;
    let kubectlEnded = false;
    let pollerEnded = false;
    const messages: string[] = [];
    const steps: string[] = [];

    /** False where it was not met in time. */
    const waitFor = async (isMet: () => boolean | Promise<boolean>): Promise<boolean> => {
      for (;;) {
        const next = wake.promise;
        if (stop.signal.aborted) return false;
        if (await isMet()) return true;
        await next;
      }
    };
    const watched = (): boolean => kubectlSaid !== undefined && pollerSaid !== undefined;
    /** Both have said what is to be said of a state that the controller has seen; or kubectl has ended on it. */
    const settled = async (): Promise<boolean> => {
      const workload = await history.now();
      const { generation = 0 } = workload?.metadata ?? {};
      if (workload === undefined || generation > Number(workload.status?.observedGeneration ?? 0))
        return false;
      const { message } = rolloutStatus(workload);
      return pollerSaid === message && (kubectlSaid === message || kubectlEnded);
    };
    const agreed = async (): Promise<boolean> => {
      // The pods before the workload: what it then counts is not younger than they are.
      const pods = await livePods(cluster, namespace);
      const workload = await history.now();
      if (workload === undefined || !isCounted(workload, pods, reference)) return false;
      const { message } = rolloutStatus(workload);
      if (kubectlSaid !== message || pollerSaid !== message) return false;
      steps.push(message);
      options.onStep?.();
      return true;
    };
    const passes = {
      'at-once': () => true,
      watched,
      step: agreed,
      afterwards: () => pollerEnded,
      never: () => false,
    };

    try {
      const hasWavered = await keepGates(
        cluster,
        namespace,
        reference,
        () => waitFor(passes[ready]),
        stop.signal,
      );
      const workloads = await bring(tag, options);
      const clock = cluster.clock(haste);
      const deadline = clock.now() + pollerSeconds * 1_000;
      const runPoller = async () => {
        const result = await watchRollout(connection, {
          ...{ workloads, image, tag, mode: 'apply', clock, deadline, until: deadline },
          onProgress: ({ message }) => {
            messages.push(message);
            pollerSaid = message.replace(pausedPrefix('web'), '');
            changed();
          },
        });
        if (result.type === 'healthy') messages.push(result.message);
        pollerSaid ??= result.type;
        pollerEnded = true;
        changed();
        return { watched: result, messages };
      };
      judge = cluster.judge(cluster, ref, (line) => {
        kubectlSaid = line;
        changed();
      });
      const kubectlRuns = judge.says.then((says) => {
        kubectlSaid ??= says.error;
        kubectlEnded = true;
        changed();
        return says;
      });
      const meanwhile =
        options.meanwhile && waitFor(async () => pollerEnded || (await settled())).then(options.meanwhile);
      if (isInVain) void waitFor(() => pollerEnded && kubectlSaid !== undefined).then(() => judge?.stop());
      const ends = Promise.all([kubectlRuns, runPoller(), meanwhile]);
      await cluster.run(Promise.race([ends, Promise.all([waitFor(watched), meanwhile])]), aMomentMs);
      const [kubectl, poller] = await cluster.run(ends, aWhileMs);
      const since = await history.since(reference);
      return { image: reference, history: since, kubectl, poller, steps, hasWavered: hasWavered(), log };
    } finally {
      judge?.stop();
      stop.abort();
      changed();
    }
  };

  return {
    ...{ cluster, connection, namespace, image, ref, bring, settle, release },
    close: async (): Promise<void> => {
      connection.close();
      await cluster.removeNamespace(namespace);
    },
  };
};
