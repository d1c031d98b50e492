import { expect, test } from 'vitest';
import { setPaused } from '../../../lib/cluster/deliver/pause.ts';
import type { WorkloadKind } from '../../../lib/cluster/objects/objects.ts';
import { facts, workload } from '../support/fixture.ts';
import { sendJson, type TestServer, withServer } from '../support/server.ts';

const refOf = (kind: WorkloadKind, name = 'web') => ({ ...facts(kind).ref, name });

/** A server on which `web` goes on and `held` is paused, of either kind. */
const withWorkloads = (
  use: (
    server: TestServer,
    patches: () => readonly { readonly path: string; readonly body: unknown }[],
  ) => Promise<void>,
): Promise<void> => {
  const patches: { path: string; body: unknown }[] = [];
  return withServer(
    (request, response, url) => {
      const name = url.pathname.split('/').at(-1);
      if (request.method === 'GET')
        return name === 'gone'
          ? sendJson(response, 404, { reason: 'NotFound', message: 'not found' })
          : sendJson(response, 200, workload('Deployment', name === 'held' ? { paused: true } : {}));
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      request.on('end', () => {
        patches.push({
          path: `${request.headers['content-type']} ${url.pathname}${url.search}`,
          body: JSON.parse(text),
        });
        sendJson(response, 200, {});
      });
    },
    (server) => use(server, () => patches),
  );
};

test('pauses what goes on, and leaves alone what is paused', () =>
  withWorkloads(async ({ cluster }, patches) => {
    const refs = [refOf('Deployment'), refOf('Deployment', 'held'), refOf('Rollout')] as const;
    expect(await setPaused(cluster, refs, true)).toEqual([
      { ref: refs[0], changed: true },
      { ref: refs[1], changed: false },
      { ref: refs[2], changed: true },
    ]);
    const body = { spec: { paused: true } };
    expect(patches()).toEqual([
      {
        path: 'application/merge-patch+json /apis/apps/v1/namespaces/shop/deployments/web?fieldManager=tagboat-pause',
        body,
      },
      {
        path: 'application/merge-patch+json /apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web?fieldManager=tagboat-pause',
        body,
      },
    ]);
  }));

test('resumes what is paused, by taking the field away', () =>
  withWorkloads(async ({ cluster }, patches) => {
    const refs = [refOf('Deployment'), refOf('Rollout', 'held')] as const;
    expect(await setPaused(cluster, refs, false)).toEqual([
      { ref: refs[0], changed: false },
      { ref: refs[1], changed: true },
    ]);
    expect(patches().map(({ body }) => body)).toEqual([{ spec: { paused: null } }]);
  }));

test.each(['StatefulSet', 'DaemonSet'] as const)('a %s keeps all of them from being paused', (kind) =>
  withWorkloads(async ({ cluster, requests }) => {
    await expect(setPaused(cluster, [refOf('Deployment'), refOf(kind)], true)).rejects.toMatchObject({
      code: 'workload-cannot-pause',
      message: `${kind} shop/web cannot be paused: Kubernetes can pause Deployments and Argo Rollouts only`,
    });
    expect(requests).toEqual([]);
  }),
);

test('one that is not there keeps all of them from being paused', () =>
  withWorkloads(async ({ cluster }, patches) => {
    await expect(
      setPaused(cluster, [refOf('Deployment'), refOf('Deployment', 'gone')], true),
    ).rejects.toMatchObject({ code: 'workload-not-found' });
    expect(patches()).toEqual([]);
  }));
