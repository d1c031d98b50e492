import type { IncomingMessage, ServerResponse } from 'node:http';
import { startEmbeddedCluster } from '@tagboat/embedded-cluster';
import { type Workload, type WorkloadKind, workloadsPath } from '../../lib/cluster/objects/objects.ts';
import { reachCluster } from './cluster.ts';
import type { KubectlSays } from './judge.ts';
import { kubectl } from './kubectl.ts';
import { openHost } from './serve.ts';

/** The versions that a workload goes through. */
type Script = { readonly kind: WorkloadKind; readonly versions: readonly Workload[] };

const json = (response: ServerResponse, body: unknown): void => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

/** Answers GET, list and watch: the first version is there, the others come one after another. */
const answer = (script: Script, request: IncomingMessage, response: ServerResponse): void => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://scripted');
  const [first, ...others] = script.versions;
  if (pathname.endsWith('/web')) json(response, first);
  else if (searchParams.has('watch')) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const object of others) response.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
  } else
    json(response, {
      ...{ apiVersion: 'apps/v1', kind: `${script.kind}List` },
      ...{ metadata: { resourceVersion: '1' }, items: [first] },
    });
};

/** An API server on which a workload goes through whatever versions are written for it: no controller has a say. */
export const startScriptedApi = async () => {
  const cluster = await startEmbeddedCluster({ resolveImage: async () => undefined });
  const scripts = new Map<string, Script>();
  const host = await openHost();
  const { close: _, ...kubeconfigs } = host.serve((request, response) => {
    const script = [...scripts.entries()].find(([path]) => request.url?.startsWith(path))?.[1];
    if (script === undefined) cluster.handle(request, response);
    else answer(script, request, response);
  }, cluster.token);
  const reached = await reachCluster(kubeconfigs);
  let count = 0;

  return {
    /** What kubectl says of a workload `web` that has those versions in turn, the last of which ends it. */
    run: async (kind: WorkloadKind, versions: readonly Workload[]): Promise<KubectlSays> => {
      count += 1;
      const namespace = `script-${count}`;
      const named = versions.map((version, index) => ({
        ...version,
        ...{ apiVersion: 'apps/v1', kind },
        metadata: {
          ...version.metadata,
          namespace,
          name: 'web',
          uid: 'web',
          resourceVersion: `${index + 1}`,
        },
      }));
      scripts.set(`${workloadsPath(kind, namespace)}`, { kind, versions: named });
      const ref = { apiVersion: 'apps/v1', kind, namespace, name: 'web' };
      return await kubectl(reached, ref).says;
    },
    close: async (): Promise<void> => {
      await cluster.close();
      await reached.close();
      host.close();
    },
  };
};
