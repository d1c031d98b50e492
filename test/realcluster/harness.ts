import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { type Cluster, connect } from '../../lib/cluster/connect.ts';
import { type Delivery, deliver, type WorkloadRef } from '../../lib/cluster/deliver.ts';
import { apiVersionOf } from '../../lib/cluster/objects.ts';
import { type Rollout, type Watched, watchRollout } from '../../lib/cluster/rollout.ts';

const run = promisify(execFile);

const kubeconfigPath = (): string => {
  const path = process.env.KUBECONFIG;
  if (path === undefined) throw new Error('set KUBECONFIG');
  return path;
};

export const kubeconfig = (): string => readFileSync(kubeconfigPath(), 'utf8');

export const kubectl = async (...args: readonly string[]): Promise<string> =>
  (await run('kubectl', [...args], { maxBuffer: 16 * 1024 * 1024 })).stdout;

export const kubectlApply = async (namespace: string, text: string): Promise<void> => {
  const child = run('kubectl', ['apply', '-n', namespace, '-f', '-']);
  child.child.stdin?.end(text);
  await child;
};

/** kubectl's verdict: its exit code, and the last line it wrote. */
export const kubectlVerdict = async (
  namespace: string,
  workload: string,
  timeout: string,
): Promise<{ readonly code: number; readonly last: string }> => {
  const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
  try {
    return {
      code: 0,
      last: lastLine(await kubectl('rollout', 'status', workload, '-n', namespace, `--timeout=${timeout}`)),
    };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, last: lastLine(stderr) };
  }
};

export type Field = {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly get: (resource: string, name: string) => Promise<Record<string, unknown>>;
  readonly generation: (resource: string, name: string) => Promise<number>;
};

/** Runs a scenario in a namespace of its own. */
export const inNamespace = async (scenario: (field: Field) => Promise<void>): Promise<void> => {
  const namespace = `tagboat-${randomBytes(4).toString('hex')}`;
  await kubectlApply(namespace, `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${namespace} }\n`);
  const cluster = connect({ kubeconfig: kubeconfig() });
  const get = async (resource: string, name: string): Promise<Record<string, unknown>> =>
    JSON.parse(await kubectl('get', resource, name, '-n', namespace, '-o', 'json'));
  try {
    await scenario({
      cluster,
      namespace,
      get,
      generation: async (resource, name) =>
        ((await get(resource, name)).metadata as { generation: number }).generation,
    });
  } finally {
    cluster.close();
    await kubectl('delete', 'namespace', namespace, '--wait=false');
  }
};

export const appImage = 'docker.io/acme/okeydokey';

type Kind = WorkloadRef['kind'];

export const kinds: readonly Kind[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** A manifest of one workload named `web` that runs `acme/okeydokey:<tag>`. */
export const manifest = (
  kind: Kind,
  tag: string,
  spec: Record<string, unknown> = {},
  pod: Record<string, unknown> = {},
): string =>
  stringify({
    apiVersion: apiVersionOf(kind),
    kind,
    metadata: { name: 'web' },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas: 2 }),
      ...(kind === 'StatefulSet' ? { serviceName: 'web' } : {}),
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            { name: 'web', image: `acme/okeydokey:${tag}`, ports: [{ containerPort: 8080 }] },
            { name: 'proxy', image: 'acme/proxy:7' },
          ],
          ...pod,
        },
      },
      ...spec,
    },
  });

export const refOf = (kind: Kind, namespace: string): WorkloadRef => ({
  apiVersion: apiVersionOf(kind),
  kind,
  namespace,
  name: 'web',
});

export const delivery = (
  namespace: string,
  tag: string,
  text: string,
  mode: Delivery['mode'] = 'apply',
): Delivery => ({
  mode,
  namespace,
  image: appImage,
  tag,
  files: [{ path: 'deployment/web.yml', text }],
  changeCause: `okeydokey ${tag} (test)`,
});

/** Watches `web` for so many seconds. */
export const rolloutOf = (
  kind: Kind,
  namespace: string,
  tag: string,
  seconds: number,
  more: Partial<Rollout> = {},
): Rollout => ({
  workloads: [refOf(kind, namespace)],
  image: appImage,
  tag,
  mode: 'apply',
  deadline: Date.now() + seconds * 1000,
  until: Date.now() + seconds * 1000,
  ...more,
});

/**
 * Delivers a tag, and has its rollout judged by both.
 * @param options.judge how long kubectl may take; empty: kubectl is not asked
 */
export const release = async (
  { cluster, namespace }: Field,
  kind: Kind,
  tag: string,
  options: {
    spec?: Record<string, unknown>;
    pod?: Record<string, unknown>;
    seconds?: number;
    judge?: string;
  } = {},
) => {
  const { spec, pod, seconds = 60, judge = `${seconds}s` } = options;
  const workloads = await deliver(cluster, delivery(namespace, tag, manifest(kind, tag, spec, pod)));
  const messages: string[] = [];
  const [verdict, kubectlSays] = await Promise.all([
    watchRollout(cluster, {
      ...rolloutOf(kind, namespace, tag, seconds),
      workloads,
      onProgress: ({ message }) => messages.push(message),
    }),
    judge === '' ? undefined : kubectlVerdict(namespace, `${kind.toLowerCase()}/web`, judge),
  ]);
  return { verdict, kubectlSays, messages };
};

/** The causes of a failed verdict, in order. */
export const causes = (verdict: Watched): readonly string[] =>
  verdict.type === 'failed' ? verdict.diagnosis.map(({ cause }) => cause) : [];
