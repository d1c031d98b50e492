import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Clock } from '../src/clock.ts';
import { startEmbeddedCluster } from '../src/cluster.ts';
import type { Condition, KubeObject } from '../src/types.ts';

/** Any object as the tests look at it. */
export type Seen = KubeObject & {
  readonly spec: Record<string, unknown> & { replicas: number };
  readonly status: Record<string, unknown> & {
    replicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    updatedReplicas?: number;
    phase?: string;
    conditions?: Condition[];
    containerStatuses?: {
      ready: boolean;
      imageID: string;
      restartCount: number;
      state: {
        waiting?: { reason: string; message?: string };
        running?: object;
        terminated?: { exitCode: number; reason: string };
      };
      lastState: { terminated?: { exitCode: number; reason: string } };
    }[];
  };
};

export type Answer = {
  readonly status: number;
  readonly body: Seen & {
    items: Seen[];
    message: string;
    reason: string;
    code: number;
    details: { causes?: { field: string; message: string; reason: string }[] };
  };
};
export type WatchEvent = { readonly type: string; readonly object: Seen };

export const digest = `sha256:${'a1'.repeat(32)}`;

export type Options = {
  readonly directory?: string;
  readonly timings?: Parameters<typeof startEmbeddedCluster>[0]['timings'];
  readonly clock?: Clock;
  readonly logLength?: number;
  readonly resolveImage?: Parameters<typeof startEmbeddedCluster>[0]['resolveImage'];
};

export const fastTimings = { pullMs: 2, startMs: 2, readyMs: 10, terminateMs: 5, backoffMs: 40 };

const json = 'application/json';
export const patchType = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** An embedded cluster over plain http. Images tagged `missing` are not in its registry. */
export const openCluster = async (options: Options = {}) => {
  const cluster = await startEmbeddedCluster({
    timings: fastTimings,
    resolveImage: async (reference) => (reference.includes(':missing') ? undefined : { digest }),
    ...options,
  });
  const server = createServer(cluster.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await cluster.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const authorization = `Bearer ${cluster.token}`;

  const call = async (method: string, path: string, body?: unknown, type: string = json): Promise<Answer> => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization, 'content-type': type, 'user-agent': 'test/1.0' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: (text.startsWith('{') ? JSON.parse(text) : { message: text }) as Answer['body'],
    };
  };

  /** Events of a watch, until the reader stops or the server ends it. */
  const watch = async function* (
    path: string,
    headers: Record<string, string> = {},
  ): AsyncGenerator<WatchEvent> {
    const abort = new AbortController();
    const response = await fetch(url + path, {
      headers: { authorization, ...headers },
      signal: abort.signal,
    });
    let rest = '';
    try {
      for await (const chunk of response.body ?? []) {
        rest += Buffer.from(chunk as Uint8Array).toString('utf8');
        const lines = rest.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) yield JSON.parse(line) as WatchEvent;
      }
    } finally {
      abort.abort();
    }
  };

  /** The object as soon as it is as wanted. */
  const until = async (path: string, wanted: (object: Seen) => boolean): Promise<Seen> => {
    const collection = path.slice(0, path.lastIndexOf('/'));
    const name = path.slice(path.lastIndexOf('/') + 1);
    for await (const { type, object } of watch(`${collection}?watch=1&fieldSelector=metadata.name=${name}`))
      if (type !== 'DELETED' && wanted(object)) return object;
    throw new Error(`the watch of ${path} ended`);
  };

  return { cluster, url, call, watch, until, close, authorization };
};

export type TestCluster = Awaited<ReturnType<typeof openCluster>>;

/** The same, gone when the test is. */
export const startCluster = async (options: Options = {}): Promise<TestCluster> => {
  const cluster = await openCluster(options);
  onTestFinished(cluster.close);
  return cluster;
};

export const apps = (plural: string, name = '', namespace = 'default'): string =>
  `/apis/apps/v1/namespaces/${namespace}/${plural}${name === '' ? '' : `/${name}`}`;
export const core = (plural: string, name = '', namespace = 'default'): string =>
  `/api/v1/namespaces/${namespace}/${plural}${name === '' ? '' : `/${name}`}`;

type Spec = Record<string, unknown>;

/** A workload of one container, `registry.test/web:<tag>`. */
export const workload = (
  kind: string,
  name: string,
  tag: string,
  spec: Spec = {},
  pod: Spec = {},
  annotations: Record<string, string> = {},
) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, labels: { app: name } },
  spec: {
    ...(kind === 'DaemonSet' ? {} : { replicas: 3 }),
    ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
    selector: { matchLabels: { app: name } },
    template: {
      metadata: {
        labels: { app: name },
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      },
      spec: { containers: [{ name: 'app', image: `registry.test/web:${tag}` }], ...pod },
    },
    ...spec,
  },
});

export const setImage = (tag: string) => ({
  spec: { template: { spec: { containers: [{ name: 'app', image: `registry.test/web:${tag}` }] } } },
});

export const conditionOf = (object: Seen, type: string): Condition | undefined =>
  object.status.conditions?.find((condition) => condition.type === type);

export const isRolledOut = (object: Seen): boolean => {
  const { status, spec, metadata } = object;
  const wanted = Number(status.desiredNumberScheduled ?? spec.replicas);
  const available = Number(status.numberAvailable ?? status.availableReplicas ?? 0);
  const updated = Number(status.updatedNumberScheduled ?? status.updatedReplicas ?? 0);
  const total = Number(status.currentNumberScheduled ?? status.replicas ?? 0);
  return (
    Number(status.observedGeneration ?? 0) >= Number(metadata.generation) &&
    updated === wanted &&
    available === wanted &&
    total === wanted
  );
};
