import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { systemClock } from '../../lib/clock.ts';
import { type Cluster, connect } from '../../lib/cluster/connect/connect.ts';
import { deliver } from '../../lib/cluster/deliver/deliver.ts';
import { setPaused } from '../../lib/cluster/deliver/pause.ts';
import { watchRollout } from '../../lib/cluster/watch/watch-rollout.ts';
import {
  delivery,
  inNamespace,
  kubeconfig,
  kubectl,
  kubectlApply,
  manifest,
  refOf,
  rolloutOf,
} from './harness.ts';

const deployer = readFileSync(new URL('../../infra/cluster/deployer.yml', import.meta.url), 'utf8');

/** A kubeconfig like the one that infra/cluster/README.md makes. */
const connectAsDeployer = async (namespace: string): Promise<Cluster> => {
  await kubectlApply(namespace, deployer);
  const token = (await kubectl('create', 'token', 'tagboat', '-n', namespace)).trim();
  const { clusters } = parse(kubeconfig()) as { clusters: { name: string }[] };
  return connect({
    kubeconfig: stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters,
      users: [{ name: 'tagboat', user: { token } }],
      contexts: [{ name: 'tagboat', context: { cluster: clusters[0]?.name, user: 'tagboat' } }],
      'current-context': 'tagboat',
    }),
  });
};

describe.concurrent('the service account of infra/cluster', () => {
  test.for(['Deployment', 'StatefulSet', 'DaemonSet'] as const)(
    '%s: may deliver, watch, diagnose and undo',
    (kind) =>
      inNamespace(async ({ namespace }) => {
        const cluster = await connectAsDeployer(namespace);
        const service =
          'apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { ports: [{ port: 80 }], selector: { app: web } }\n---\n';
        const release = async (tag: string, mode: 'apply' | 'set-image') => {
          const workloads = await deliver(
            cluster,
            delivery(namespace, tag, mode === 'apply' ? service + manifest(kind, tag) : 'tag: x', mode),
          );
          return await watchRollout(cluster, {
            ...rolloutOf(kind, namespace, tag, 60, { clock: systemClock }),
            workloads,
          });
        };
        expect((await release('1.0.0', 'apply')).type).toBe('healthy');
        const failed = await release('crash-1', 'set-image');
        expect(failed).toMatchObject({ type: 'failed', diagnosis: [{ cause: 'crash-loop' }] });
        expect(JSON.stringify(failed)).toContain('log: ');
        expect(JSON.stringify(failed)).not.toContain('could not be read');
        expect(await release('1.0.0', 'apply')).toMatchObject({ type: 'healthy', notes: [] });
        cluster.close();
      }),
  );

  test('may pause, and resume', () =>
    inNamespace(async ({ namespace }) => {
      const cluster = await connectAsDeployer(namespace);
      await deliver(cluster, delivery(namespace, '1.0.0', manifest('Deployment', '1.0.0')));
      const ref = refOf('Deployment', namespace);
      expect(await setPaused(cluster, [ref], true)).toEqual([{ ref, changed: true }]);
      expect(await setPaused(cluster, [ref], false)).toEqual([{ ref, changed: true }]);
      cluster.close();
    }));

  test('may do the same with Argo Rollouts', () =>
    inNamespace(async ({ namespace }) => {
      const cluster = await connectAsDeployer(namespace);
      // Asked for its permission, which it has also where Argo is not installed.
      const may = async (verb: string): Promise<unknown> => {
        const resourceAttributes = { namespace, verb, group: 'argoproj.io', resource: 'rollouts' };
        const review = await cluster.api.json({
          method: 'POST',
          path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
          body: {
            type: 'application/json',
            value: {
              apiVersion: 'authorization.k8s.io/v1',
              kind: 'SelfSubjectAccessReview',
              spec: { resourceAttributes },
            },
          },
          what: 'review access',
        });
        return (review as { status: { allowed: boolean } }).status.allowed;
      };
      for (const verb of ['get', 'list', 'watch', 'create', 'patch']) expect(await may(verb)).toBe(true);
      expect(await may('delete')).toBe(false);
      cluster.close();
    }));

  test('may not apply a Secret, nor read one, nor work in another namespace', () =>
    inNamespace(async ({ namespace }) => {
      const cluster = await connectAsDeployer(namespace);
      const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData: { a: b }\n';
      await expect(deliver(cluster, delivery(namespace, '1', secret))).rejects.toMatchObject({
        code: 'cluster-forbidden',
        message: expect.stringMatching(/^deployment\/web.yml:1: apply Secret tagboat-\w+\/a: /),
      });
      await expect(
        deliver(cluster, delivery('default', '1', manifest('Deployment', '1'))),
      ).rejects.toMatchObject({
        code: 'cluster-forbidden',
        message: expect.stringContaining('cannot patch resource "deployments" in API group "apps"'),
      });
      await expect(
        watchRollout(cluster, rolloutOf('Deployment', 'default', '1', 10, { clock: systemClock })),
      ).rejects.toMatchObject({
        code: 'cluster-forbidden',
      });
      const can = (verb: string, resource: string) =>
        kubectl(
          'auth',
          'can-i',
          verb,
          resource,
          '-n',
          namespace,
          `--as=system:serviceaccount:${namespace}:tagboat`,
        ).then(
          () => true,
          () => false,
        );
      expect(await can('get', 'secrets')).toBe(false);
      expect(await can('create', 'pods/exec')).toBe(false);
      expect(await can('list', 'pods')).toBe(true);
      cluster.close();
    }));
});
