import { type Delivery, deliver } from '../../../lib/cluster/deliver/deliver.ts';
import { image } from './fixture.ts';
import { sendJson, withServer } from './server.ts';

type Api = {
  /** What is answered to a GET of a path; 404 of any other. */
  readonly objects: Readonly<Record<string, unknown>>;
  readonly forbidden?: readonly string[];
};

export const resources = (...of: readonly (readonly [string, string])[]) => ({
  resources: of.map(([kind, name]) => ({ kind, name, namespaced: true })),
});

export const spec = (text: string) => ({ containers: [{ name: 'web', image: text }] });
export const cronJob = (text: string) => ({
  metadata: { name: 'nightly', resourceVersion: '7' },
  spec: { jobTemplate: { spec: { template: { spec: spec(text) } } } },
});
export const cronJobs = '/apis/batch/v1/namespaces/shop/cronjobs';
export const none = { items: [] };
export const empty = {
  '/apis/apps/v1/namespaces/shop/deployments': none,
  '/apis/apps/v1/namespaces/shop/statefulsets': none,
  '/apis/apps/v1/namespaces/shop/daemonsets': none,
};

/** Sets version 3 by the files, and tells which workloads are answered and which patches were sent. */
export const set = async (
  text: string,
  { objects, forbidden = [] }: Api,
  mode: Delivery['mode'] = 'set-image',
  {
    restartedAt,
    isOtherVariant,
  }: { readonly restartedAt?: string; readonly isOtherVariant?: Delivery['isOtherVariant'] } = {},
) => {
  const patches: { path: string; body: unknown }[] = [];
  let answered: Awaited<ReturnType<typeof deliver>> = [];
  await withServer(
    (request, response, url) => {
      if (forbidden.includes(url.pathname)) return sendJson(response, 403, { message: 'forbidden' });
      if (request.method === 'GET') {
        const object = objects[url.pathname];
        return object === undefined ? sendJson(response, 404, {}) : sendJson(response, 200, object);
      }
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      request.on('end', () => {
        patches.push({ path: url.pathname, body: JSON.parse(body) });
        sendJson(response, 200, {});
      });
    },
    async ({ cluster }) => {
      const files = [{ path: 'web.yml', text }];
      answered = await deliver(cluster, {
        mode,
        namespace: 'shop',
        image,
        tag: '3',
        isOtherVariant,
        files,
        changeCause: 'x',
        restartedAt,
      });
    },
  );
  return { patches, answered };
};
