import { expect } from 'vitest';
import type { Clock } from '../../../lib/clock.ts';
import type { Workload } from '../../../lib/cluster/objects/objects.ts';
import type { Rollout } from '../../../lib/cluster/watch/watch-rollout.ts';
import { createCollections } from './collections.ts';
import { image, now, workload } from './fixture.ts';
import { sendJson, type TestServer, withServer } from './server.ts';

export const deployments = '/apis/apps/v1/namespaces/shop/deployments';
export const replicaSets = '/apis/apps/v1/namespaces/shop/replicasets';
export const pods = '/api/v1/namespaces/shop/pods';
export const events = '/api/v1/namespaces/shop/events';

export const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' } as const;

/** It is always the same moment: what is found out is found out at once, or by an event. */
export const still: Clock = {
  now: () => now,
  sleep: (_, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
};

export const rollout = (more: Partial<Rollout> = {}): Rollout => ({
  workloads: [ref],
  image,
  tag: '2',
  mode: 'apply',
  clock: still,
  deadline: now + 20_000,
  until: now + 20_000,
  ...more,
});

export const done = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
export const half = { replicas: 2, updatedReplicas: 2, availableReplicas: 1 };

export const withImage = (text: string, status: Workload['status'] = half): Workload =>
  workload('Deployment', { template: { spec: { containers: [{ name: 'web', image: text }] } } }, status);

export type Collections = ReturnType<typeof createCollections>;

/** A server with one Deployment `web`; afterwards nothing may be left running on it. */
export const withDeployment = async (
  first: Workload | undefined,
  use: (server: TestServer, collections: Collections) => Promise<void>,
  /** Paths that answer 403. */
  forbidden: readonly string[] = [],
  /** What else can be read by its path. */
  objects: Readonly<Record<string, unknown>> = {},
): Promise<void> => {
  const collections = createCollections();
  if (first !== undefined) collections.put(deployments, first);
  await withServer(
    (request, response, url) => {
      if (forbidden.includes(url.pathname))
        return sendJson(response, 403, { message: `${url.pathname} is forbidden` });
      const object = objects[url.pathname];
      if (object !== undefined) return sendJson(response, 200, object);
      // A single object is read by a diagnosis only.
      if (url.pathname === `${deployments}/web`)
        return first === undefined ? sendJson(response, 404, {}) : sendJson(response, 200, first);
      if (url.pathname.endsWith('/log'))
        return void response.end('connecting with password=hunter22\npanic: no DATABASE_URL\n');
      return collections.handler(request, response, url);
    },
    async (server) => {
      await use(server, collections);
      await expect.poll(() => server.openResponses()).toBe(0);
    },
  );
};
