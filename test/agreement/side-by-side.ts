import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { stringify } from 'yaml';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { connect } from '../../lib/cluster/connect.ts';
import { deliver } from '../../lib/cluster/deliver.ts';
import type { WorkloadKind, WorkloadRef } from '../../lib/cluster/objects.ts';
import { type Watched, watchRollout } from '../../lib/cluster/rollout.ts';
import type { AgreementCluster } from './cluster.ts';
import { recordHistory, type Version } from './history.ts';

export type Scenario = {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** How long kubectl waits, in seconds. */
  readonly kubectlSeconds?: number;
  /** The poller's deadline, in seconds of its clock. */
  readonly pollerSeconds?: number;
  /** How much faster than ours the poller's clock runs: its patience is long, and no test waits for so long. */
  readonly haste?: number;
  /**
   * When images may be pulled. `watched`: once both watch. `step`: each pod's once both have said what is to be said of
   * the moment, so that neither can miss a step.
   */
  readonly pull?: 'at-once' | 'watched' | 'step';
};

export type Outcome = {
  /** Of the released template, in order, each with what is to be said of it. */
  readonly history: readonly Version[];
  readonly kubectl: {
    readonly code: number | null;
    readonly lines: readonly string[];
    readonly error: string;
    readonly endedAt: number;
  };
  readonly poller: {
    readonly watched: Watched;
    /** Those of its progress, and that of its verdict where it is healthy. */
    readonly messages: readonly string[];
    readonly endedAt: number;
  };
  /** What both said each time when a pod was let go on (pull: step). */
  readonly steps: readonly string[];
};

const hasty = (factor: number): Clock => {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * factor,
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / factor, signal),
  };
};

const manifest = (kind: WorkloadKind, image: string, scenario: Scenario): string =>
  stringify({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'web' },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas: 3 }),
      ...(kind === 'StatefulSet' ? { serviceName: 'web' } : {}),
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' }, annotations: scenario.podAnnotations ?? {} },
        spec: { containers: [{ name: 'web', image, imagePullPolicy: 'Always' }] },
      },
      ...scenario.spec,
    },
  });

/** A workload in a namespace of its own, and two who watch what becomes of its releases. */
export const createContest = async (cluster: AgreementCluster, kind: WorkloadKind, namespace: string) => {
  await cluster.createNamespace(namespace);
  const connection = connect({ kubeconfig: cluster.kubeconfig });
  const ref: WorkloadRef = { apiVersion: 'apps/v1', kind, namespace, name: 'web' };
  const image = `registry.test/${namespace}`;

  const runKubectl = async (seconds: number, onLine: (line: string) => void) => {
    const child = spawn(
      'kubectl',
      [
        ...['--kubeconfig', cluster.kubeconfigFile, '--cache-dir', cluster.cacheDirectory, '-n', namespace],
        ...['rollout', 'status', `${kind.toLowerCase()}/web`, `--timeout=${seconds}s`],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const lines: string[] = [];
    let error = '';
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      onLine(line);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      error += chunk.toString();
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('close', resolve).on('error', reject);
    });
    return { code, lines, error: error.trim(), endedAt: Date.now() };
  };

  /** Delivers a tag and has it watched by kubectl and by the poller at the same time. */
  const release = async (tag: string, scenario: Scenario = {}): Promise<Outcome> => {
    const { kubectlSeconds = 20, pollerSeconds = 20, haste = 1, pull = 'at-once' } = scenario;
    const reference = `${image}:${tag}`;
    const stop = new AbortController();
    let wake = Promise.withResolvers<void>();
    const changed = (): void => {
      wake.resolve();
      wake = Promise.withResolvers();
    };
    const history = await recordHistory(cluster, ref, changed, stop.signal);
    let kubectlSaid: string | undefined;
    let pollerSaid: string | undefined;
    const messages: string[] = [];
    const steps: string[] = [];

    const waitFor = async (isMet: () => boolean | Promise<boolean>): Promise<void> => {
      for (;;) {
        const next = wake.promise;
        if (stop.signal.aborted || (await isMet())) return;
        await next;
      }
    };
    const watched = (): boolean => kubectlSaid !== undefined && pollerSaid !== undefined;
    const agreed = async (): Promise<boolean> => {
      const { message } = await history.now();
      if (kubectlSaid !== message || pollerSaid !== message) return false;
      steps.push(message);
      return true;
    };
    if (pull !== 'at-once') cluster.gates.set(reference, () => waitFor(pull === 'step' ? agreed : watched));

    try {
      const workloads = await deliver(connection, {
        mode: 'apply',
        namespace,
        image,
        tag,
        files: [{ path: 'deployment/web.yml', text: manifest(kind, reference, scenario) }],
        changeCause: `web ${tag} (test)`,
      });
      const clock = hasty(haste);
      const deadline = clock.now() + pollerSeconds * 1_000;
      const runPoller = async () => {
        const result = await watchRollout(connection, {
          ...{ workloads, image, tag, mode: 'apply', clock, deadline, until: deadline },
          onProgress: ({ message }) => {
            messages.push(message);
            pollerSaid = message;
            changed();
          },
        });
        if (result.type === 'healthy') messages.push(result.message);
        return { watched: result, messages, endedAt: Date.now() };
      };
      const [kubectl, poller] = await Promise.all([
        runKubectl(kubectlSeconds, (line) => {
          kubectlSaid = line;
          changed();
        }),
        runPoller(),
      ]);
      return { history: await history.of(reference), kubectl, poller, steps };
    } finally {
      stop.abort();
      changed();
      cluster.gates.delete(reference);
    }
  };

  return { release, close: () => connection.close() };
};
