import { Agent as PlainAgent, request as requestPlain } from 'node:http';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import type { Pod, Workload } from '../../lib/cluster/objects/objects.ts';

type Kubeconfig = {
  readonly 'current-context': string;
  readonly contexts: readonly { name: string; context: { cluster: string; user: string } }[];
  readonly clusters: readonly {
    name: string;
    cluster: { server: string; 'certificate-authority-data'?: string };
  }[];
  readonly users: readonly {
    name: string;
    user: { token?: string; 'client-certificate-data'?: string; 'client-key-data'?: string };
  }[];
};

/** An object of the API, as far as it is looked at here; which of them it is the path says. */
export type ApiObject = Workload & Pod;

export type WatchEvent = { readonly type: string; readonly object: ApiObject };

export type Write = {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
};

/** How this way to the objects introduces itself. */
export const observerAgent = 'observer';

/** A way to the objects that shares nothing with what is compared. */
export type Access = {
  /** Undefined where there is none. */
  read(path: string): Promise<ApiObject | undefined>;
  /** A PATCH is a strategic merge. */
  write(what: Write): Promise<void>;
  /** Calls back with every version of every object of a collection; resolves once the server has begun to send. */
  watch(path: string, onEvent: (event: WatchEvent) => void, signal: AbortSignal): Promise<void>;
  close(): void;
};

const decoded = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : Buffer.from(text, 'base64').toString();

/** Access to the cluster of a kubeconfig's current context, by its token or client certificate. */
export const accessThrough = (kubeconfig: string): Access => {
  const config = parse(kubeconfig) as Kubeconfig;
  const context = config.contexts.find(({ name }) => name === config['current-context'])?.context;
  const cluster = config.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users.find(({ name }) => name === context?.user)?.user;
  if (cluster === undefined || user === undefined) throw new Error('the kubeconfig has no current context');
  const isPlain = cluster.server.startsWith('http:');
  const secrets = {
    ca: decoded(cluster['certificate-authority-data']),
    cert: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
  };
  const agent = isPlain ? new PlainAgent({ keepAlive: true }) : new Agent({ keepAlive: true, ...secrets });

  const open = async (method: string, path: string, body?: unknown, signal?: AbortSignal) => {
    const payload = body === undefined ? '' : JSON.stringify(body);
    const type = method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json';
    return await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      const outgoing = (isPlain ? requestPlain : request)(new URL(path, cluster.server), {
        ...{ agent, method, signal },
        headers: {
          ...(user.token === undefined ? {} : { authorization: `Bearer ${user.token}` }),
          accept: 'application/json',
          'user-agent': observerAgent,
          'content-type': type,
          'content-length': Buffer.byteLength(payload),
        },
      });
      outgoing.on('response', resolve).on('error', reject).end(payload);
    });
  };
  const answer = async (method: string, path: string, body?: unknown): Promise<ApiObject | undefined> => {
    const response = await open(method, path, body);
    const text = (await response.toArray()).join('');
    if (response.statusCode === 404) return undefined;
    if ((response.statusCode ?? 500) >= 300)
      throw new Error(`${method} ${path}: ${response.statusCode} ${text}`);
    return JSON.parse(text) as ApiObject;
  };

  return {
    read: (path) => answer('GET', path),
    write: async ({ method, path, body }) => {
      await answer(method, path, body);
    },
    watch: async (path, onEvent, signal) => {
      const response = await open('GET', `${path}?watch=1`, undefined, signal);
      if (response.statusCode !== 200)
        throw new Error(`watch ${path}: ${response.statusCode} ${(await response.toArray()).join('')}`);
      createInterface({ input: response })
        .on('line', (line) => onEvent(JSON.parse(line) as WatchEvent))
        // Aborted, or the cluster is gone; what still waits for an event then says so.
        .on('error', () => undefined);
    },
    close: () => agent.destroy(),
  };
};
