import { expect, test } from 'vitest';
import { type Delivery, deliver } from '../../../lib/cluster/deliver/deliver.ts';
import { image, workload } from '../support/fixture.ts';
import { type Handler, sendJson, type TestServer, withServer } from '../support/server.ts';

const delivery = (mode: Delivery['mode'], text: string): Delivery => ({
  mode,
  namespace: 'shop',
  image,
  tag: '3',
  files: [{ path: 'web.yml', text }],
  changeCause: 'okeydokey 3',
});

const coreResources = {
  resources: [
    { name: 'secrets', kind: 'Secret', namespaced: true },
    { name: 'services', kind: 'Service', namespaced: true },
    { name: 'services/status', kind: 'Service', namespaced: true },
    { name: 'namespaces', kind: 'Namespace', namespaced: false },
  ],
};

const withApi = (
  patch: Handler,
  use: (server: TestServer, bodies: unknown[]) => Promise<void>,
): Promise<void> => {
  const bodies: unknown[] = [];
  return withServer(
    (request, response, url) => {
      if (request.method === 'GET' && url.pathname === '/api/v1')
        return sendJson(response, 200, coreResources);
      if (request.method === 'GET' && url.pathname.endsWith('/web'))
        return sendJson(response, 200, {
          ...workload('Deployment'),
          metadata: { ...workload('Deployment').metadata, resourceVersion: '7' },
        });
      if (request.method === 'GET') return sendJson(response, 200, { items: [workload('Deployment')] });
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      request.on('end', () => {
        bodies.push(JSON.parse(text));
        patch(request, response, url);
      });
    },
    (server) => use(server, bodies),
  );
};

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { containers: [{ name: web, image: 'acme/okeydokey:3' }] } } }
`;

test('apply: path, query and body of a server-side apply; discovery is asked once', () =>
  withApi(
    (_, response) => sendJson(response, 200, {}),
    async ({ cluster, requests }, bodies) => {
      const text = [
        'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, namespace: ignored }',
        'apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { ports: [{ port: 80 }, { port: 53, protocol: UDP }], unknownField: 1 }',
      ].join('\n---\n');
      const kinds = ['Namespace'];
      expect(await deliver(cluster, { ...delivery('apply', text), kinds })).toEqual([]);
      expect(requests.map(({ method, url }) => `${method} ${url.pathname}${url.search}`)).toEqual([
        'GET /api/v1',
        'PATCH /api/v1/namespaces/shop?fieldManager=tagboat&force=true',
        'PATCH /api/v1/namespaces/shop/services/web?fieldManager=tagboat&force=true',
      ]);
      expect(requests[1]?.headers['content-type']).toBe('application/apply-patch+yaml');
      expect(bodies).toEqual([
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'web', namespace: 'shop' },
          spec: {
            ports: [
              { port: 80, protocol: 'TCP' },
              { port: 53, protocol: 'UDP' },
            ],
            unknownField: 1,
          },
        },
      ]);
    },
  ));

test('apply: the words of the server about a Secret are not repeated', () =>
  withApi(
    (_, response) =>
      sendJson(response, 422, { reason: 'Invalid', message: 'data[a]: Invalid value: "hunter22"' }),
    async ({ cluster }) => {
      const text = 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData: { a: hunter22 }\n';
      const kinds = ['Secret'];
      await expect(deliver(cluster, { ...delivery('apply', text), kinds })).rejects.toMatchObject({
        code: 'cluster-refused',
        message: 'web.yml:1: apply Secret shop/a: Invalid (HTTP 422)',
      });
    },
  ));

test('set-image: patches only the image, against the version that was read, and again when that has moved', () => {
  let conflicts = 2;
  return withApi(
    (_, response) =>
      conflicts-- > 0
        ? sendJson(response, 409, { reason: 'Conflict', message: 'the object has been modified' })
        : sendJson(response, 200, {}),
    async ({ cluster, requests }, bodies) => {
      await deliver(cluster, delivery('set-image', deployment));
      const patches = requests.filter(({ method }) => method === 'PATCH');
      expect(patches).toHaveLength(3);
      expect(patches[0]?.headers['content-type']).toBe('application/strategic-merge-patch+json');
      expect(bodies[2]).toEqual({
        metadata: { resourceVersion: '7', annotations: { 'kubernetes.io/change-cause': 'okeydokey 3' } },
        spec: { template: { spec: { containers: [{ name: 'web', image: 'acme/okeydokey:3' }] } } },
      });
    },
  );
});

test('set-image: a conflict that stays is told', () =>
  withApi(
    (_, response) => sendJson(response, 409, { reason: 'Conflict', message: 'modified' }),
    async ({ cluster, requests }) => {
      await expect(deliver(cluster, delivery('set-image', deployment))).rejects.toMatchObject({
        code: 'cluster-conflict',
        retry: 'retryable',
        message: 'Deployment shop/web was changed by others at each of 8 attempts to set its image',
      });
      expect(requests.filter(({ method }) => method === 'PATCH')).toHaveLength(8);
    },
  ));

test.each(['set-image', 'agent'] as const)(
  '%s: files that are no manifests leave the question to the cluster',
  (mode) =>
    withApi(
      (_, response) => sendJson(response, 200, {}),
      async ({ cluster }) => {
        expect(await deliver(cluster, delivery(mode, 'a: {{ template }}'))).toContainEqual({
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          namespace: 'shop',
          name: 'web',
        });
      },
    ),
);

test('agent: sends no change', () =>
  withApi(
    (_, response) => sendJson(response, 500, {}),
    async ({ cluster, requests }) => {
      await deliver(cluster, delivery('agent', deployment));
      expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    },
  ));

test('set-image: of an Argo Rollout by a JSON patch, which a custom resource takes', () => {
  const rollouts = '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web';
  const template = workload('Rollout').spec.template;
  const stale = {
    ...workload('Rollout', {
      template: {
        spec: {
          ...template.spec,
          containers: [{ name: 'proxy', image: 'acme/proxy:7' }, ...template.spec.containers],
        },
      },
    }),
  };
  const rollout = { ...stale, metadata: { ...stale.metadata, resourceVersion: '7' } };
  const sent: { path: string; body: unknown }[] = [];
  return withServer(
    (request, response, url) => {
      if (request.method === 'GET')
        return url.pathname === rollouts ? sendJson(response, 200, rollout) : sendJson(response, 404, {});
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      request.on('end', () => {
        sent.push({ path: `${request.headers['content-type']} ${url.pathname}`, body: JSON.parse(text) });
        // Somebody else was faster, the first time.
        sendJson(response, sent.length === 1 ? 409 : 200, {});
      });
    },
    async ({ cluster }) => {
      const text =
        "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: { name: web }\nspec: { template: { spec: { containers: [{ name: web, image: 'acme/okeydokey:3' }] } } }\n";
      expect(await deliver(cluster, delivery('set-image', text))).toEqual([
        { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', namespace: 'shop', name: 'web' },
      ]);
      expect(sent).toHaveLength(2);
      expect(sent[1]).toEqual({
        path: `application/json-patch+json ${rollouts}`,
        body: [
          { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
          { op: 'add', path: '/metadata/annotations/kubernetes.io~1change-cause', value: 'okeydokey 3' },
          { op: 'replace', path: '/spec/template/spec/containers/1/image', value: 'acme/okeydokey:3' },
        ],
      });
    },
  );
});

test.each([
  ['are not served', 404],
  ['may not be read', 403],
])('agent: Argo Rollouts that %s are none', (_, status) =>
  withServer(
    (_request, response, url) =>
      url.pathname.startsWith('/apis/argoproj.io')
        ? sendJson(response, status, { message: 'no' })
        : sendJson(response, 200, { items: [workload('Deployment')] }),
    async ({ cluster }) => {
      expect(await deliver(cluster, delivery('agent', 'a: {{ template }}'))).toHaveLength(3);
    },
  ),
);
