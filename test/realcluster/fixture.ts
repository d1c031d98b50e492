import { parseAllDocuments } from 'yaml';
import type { Clock } from '../../lib/clock.ts';
import type { Cluster } from '../../lib/cluster/connect/connect.ts';
import { deliver, type WorkloadRef } from '../../lib/cluster/deliver/deliver.ts';
import { type Rollout, type RolloutVerdict, watchRollout } from '../../lib/cluster/watch/watch-rollout.ts';
import type { Judge } from '../agreement/judge.ts';
import { delivery, type Kind, manifest, refOf, rolloutOf } from './manifest.ts';

type Json = Record<string, unknown>;

/** What a cluster brings along for a scenario. */
export type FixtureParts = {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly kubeconfig: string;
  /** Over TLS; the same on a real cluster. */
  readonly secureKubeconfig: string;
  /** The cluster's, so many times as fast where that is possible. */
  readonly clock: (haste: number) => Clock;
  /** Applies a manifest as kubectl does, on the client's side. */
  readonly apply: (text: string) => Promise<void>;
  readonly judge: (ref: WorkloadRef, onLine: (line: string) => void) => ReturnType<Judge>;
};

/** A namespace for a scenario, and what can be done in it: on the cluster that $KUBECONFIG names, or on an embedded one. */
export type Fixture = FixtureParts & {
  /** @param path within the namespace: `deployments/web`; undefined where there is none */
  read(path: string): Promise<Json | undefined>;
  /** @param resource in the singular; fails where there is none */
  get(resource: string, name: string): Promise<Json>;
  generation(resource: string, name: string): Promise<number>;
  /** Not as the manager that releases are made by. */
  patch(path: string, value: unknown, how?: 'merge' | 'strategic'): Promise<void>;
  remove(path: string): Promise<void>;
  until(isMet: () => Promise<boolean>): Promise<void>;
  /** Watches `web` for so many seconds. */
  watch(kind: Kind, tag: string, seconds: number, more?: Partial<Rollout>): Promise<RolloutVerdict>;
};

/** Runs a scenario in a namespace of its own. */
export type InNamespace = (scenario: (fixture: Fixture) => Promise<void>) => Promise<void>;

const clusterWide = /^(?:clusterroles|namespaces)\//;
const groups: readonly (readonly [RegExp, string])[] = [
  [/^(?:deployments|statefulsets|daemonsets|replicasets)(?:\/|$)/, '/apis/apps/v1'],
  [/^rollouts(?:\/|$)/, '/apis/argoproj.io/v1alpha1'],
  [/^clusterroles(?:\/|$)/, '/apis/rbac.authorization.k8s.io/v1'],
];

const pathOf = (namespace: string, path: string): string => {
  const group = groups.find(([pattern]) => pattern.test(path))?.[1] ?? '/api/v1';
  return clusterWide.test(path) ? `${group}/${path}` : `${group}/namespaces/${namespace}/${path}`;
};

const query = { fieldManager: 'kubectl-test' };

const isMissing = (error: unknown): boolean => String(error).includes('(HTTP 404)');

/** The parts with what can be done with them on any cluster. */
export const createFixture = (parts: FixtureParts): Fixture => {
  const { cluster, namespace } = parts;
  const read: Fixture['read'] = async (path) => {
    try {
      const what = `read ${path}`;
      return (await cluster.api.json({ method: 'GET', path: pathOf(namespace, path), what })) as Json;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  const get: Fixture['get'] = async (resource, name) => {
    const found = await read(`${resource}s/${name}`);
    if (found === undefined) throw new Error(`there is no ${resource} ${name}`);
    return found;
  };
  return {
    ...parts,
    ...{ read, get },
    generation: async (resource, name) =>
      ((await get(resource, name)).metadata as { readonly generation: number }).generation,
    patch: async (path, value, how = 'merge') => {
      const type =
        how === 'merge' ? 'application/merge-patch+json' : 'application/strategic-merge-patch+json';
      const body = { type, value };
      const what = `patch ${path}`;
      await cluster.api.json({ method: 'PATCH', path: pathOf(namespace, path), query, body, what });
    },
    remove: async (path) => {
      try {
        await cluster.api.json({
          ...{ method: 'DELETE', path: pathOf(namespace, path), what: `delete ${path}` },
          query: { propagationPolicy: 'Background' },
        });
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    },
    until: async (isMet) => {
      while (!(await isMet())) await parts.clock(1).sleep(200);
    },
    watch: (kind, tag, seconds, more = {}) =>
      watchRollout(cluster, rolloutOf(kind, namespace, tag, seconds, { clock: parts.clock(1), ...more })),
  };
};

/** Creates what is not there and updates what is, in the way of kubectl's own manager; where there is no kubectl. */
export const applyWithout =
  (cluster: Cluster, namespace: string): FixtureParts['apply'] =>
  async (text) => {
    for (const document of parseAllDocuments(text)) {
      const value = document.toJS() as { kind: string; metadata: { name: string } };
      const plural = `${value.kind.toLowerCase()}s`;
      const what = `apply ${plural}/${value.metadata.name}`;
      const at = `${pathOf(namespace, `${plural}/`)}${value.metadata.name}`;
      const there = await cluster.api.json({ method: 'GET', path: at, what }).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
        return undefined;
      });
      const manager = { fieldManager: 'kubectl-client-side-apply' };
      await cluster.api.json({
        ...{ what, query: manager },
        ...(there === undefined
          ? {
              method: 'POST',
              path: at.slice(0, at.lastIndexOf('/')),
              body: { type: 'application/json', value },
            }
          : { method: 'PATCH', path: at, body: { type: 'application/merge-patch+json', value } }),
      });
    }
  };

/**
 * Delivers a tag, and has its rollout judged by both.
 * @param options.judge empty: kubectl is not asked; `in vain`: it would wait for ever, and is stopped once there is a
 *   verdict and it has said something
 */
export const release = async (
  fixture: Fixture,
  kind: Kind,
  tag: string,
  options: {
    spec?: Record<string, unknown>;
    pod?: Record<string, unknown>;
    seconds?: number;
    judge?: '' | 'in vain';
  } = {},
) => {
  const { spec, pod, seconds = 60, judge } = options;
  const workloads = await deliver(
    fixture.cluster,
    delivery(fixture.namespace, tag, manifest(kind, tag, spec, pod)),
  );
  const messages: string[] = [];
  const said = Promise.withResolvers<void>();
  const asked =
    judge === '' ? undefined : fixture.judge(refOf(kind, fixture.namespace), () => said.resolve());
  try {
    const verdict = await fixture.watch(kind, tag, seconds, {
      workloads,
      onProgress: ({ message }) => messages.push(message),
    });
    if (judge === 'in vain') {
      await Promise.race([said.promise, asked?.says]);
      asked?.stop();
    }
    const says = await asked?.says;
    const kubectlSays = says && { code: says.code, last: says.error === '' ? says.lines.at(-1) : says.error };
    return { verdict, kubectlSays, messages };
  } finally {
    asked?.stop();
  }
};

/** The causes of a failed verdict, in order. */
export const causes = (verdict: RolloutVerdict): readonly string[] =>
  verdict.type === 'failed' ? verdict.diagnosis.map(({ cause }) => cause) : [];
