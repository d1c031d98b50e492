import type { IncomingMessage, ServerResponse } from 'node:http';
import { startEmbeddedCluster } from '@tagboat/embedded-cluster';
import { type Workload, type WorkloadKind, workloadsPath } from '../../lib/cluster/objects/objects.ts';
import { reachCluster } from './cluster.ts';
import type { KubectlSays } from './judge.ts';
import { kubectl } from './kubectl.ts';
import { openHost } from './serve.ts';

type Play = { readonly kind: WorkloadKind; readonly versions: readonly Workload[] };

const json = (response: ServerResponse, body: unknown): void => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

/** Answers GET, list and watch: the first version is there, the others come one after another. */
const perform = (play: Play, request: IncomingMessage, response: ServerResponse): void => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://stage');
  const [first, ...others] = play.versions;
  if (pathname.endsWith('/web')) json(response, first);
  else if (searchParams.has('watch')) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const object of others) response.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
  } else
    json(response, {
      ...{ apiVersion: 'apps/v1', kind: `${play.kind}List` },
      ...{ metadata: { resourceVersion: '1' }, items: [first] },
    });
};

/** An API server on which a workload goes through whatever versions are written for it: no controller has a say. */
export const openStage = async () => {
  const cluster = await startEmbeddedCluster({ resolveImage: async () => undefined });
  const plays = new Map<string, Play>();
  const host = await openHost();
  const { close: _, ...kubeconfigs } = host.serve((request, response) => {
    const play = [...plays.entries()].find(([path]) => request.url?.startsWith(path))?.[1];
    if (play === undefined) cluster.handle(request, response);
    else perform(play, request, response);
  }, cluster.token);
  const reached = await reachCluster(kubeconfigs);
  let count = 0;

  return {
    /** What kubectl says of a workload `web` that has those versions in turn, the last of which ends it. */
    play: async (kind: WorkloadKind, versions: readonly Workload[]): Promise<KubectlSays> => {
      count += 1;
      const namespace = `play-${count}`;
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
      plays.set(`${workloadsPath(kind, namespace)}`, { kind, versions: named });
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
