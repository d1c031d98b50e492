import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { systemClock } from '../../lib/clock.ts';
import { type Cluster, connect } from '../../lib/cluster/connect/connect.ts';
import { deliver } from '../../lib/cluster/deliver/deliver.ts';
import { setPaused } from '../../lib/cluster/deliver/pause.ts';
import { createPreflight } from '../../lib/cluster/deliver/preflight.ts';
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

type RoleFile = 'deployer.yml' | 'set-image.yml' | 'agent.yml';

/** A kubeconfig like the one that infra/cluster/README.md makes. */
const connectAsDeployer = async (namespace: string, file: RoleFile = 'deployer.yml'): Promise<Cluster> => {
  await kubectlApply(
    namespace,
    readFileSync(new URL(`../../infra/cluster/${file}`, import.meta.url), 'utf8'),
  );
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
          const text = mode === 'apply' ? service + manifest(kind, tag) : 'tag: x';
          await createPreflight(cluster)(delivery(namespace, tag, text, mode));
          const workloads = await deliver(cluster, delivery(namespace, tag, text, mode));
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
      const allowed = { ...delivery(namespace, '1', secret), kinds: ['Secret'] };
      await expect(deliver(cluster, delivery(namespace, '1', secret))).rejects.toMatchObject({
        code: 'kind-not-allowed',
      });
      await expect(createPreflight(cluster)(allowed)).rejects.toMatchObject({
        code: 'cluster-forbidden',
        message: `deployment/web.yml:1: the credentials may not patch secrets in namespace ${namespace}`,
      });
      await expect(deliver(cluster, allowed)).rejects.toMatchObject({
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

  test('set-image.yml: may set an image, watch, diagnose and pause, and creates nothing', () =>
    inNamespace(async ({ namespace }) => {
      await kubectlApply(namespace, manifest('Deployment', '1.0.0'));
      const cluster = await connectAsDeployer(namespace, 'set-image.yml');
      const release = async (tag: string) => {
        const ours = delivery(namespace, tag, 'tag: x', 'set-image');
        await createPreflight(cluster)(ours);
        const workloads = await deliver(cluster, ours);
        return await watchRollout(cluster, {
          ...rolloutOf('Deployment', namespace, tag, 60, { clock: systemClock, mode: 'set-image' }),
          workloads,
        });
      };
      expect(await release('1.0.1')).toMatchObject({ type: 'healthy', notes: [] });
      const failed = await release('crash-1');
      expect(failed).toMatchObject({ type: 'failed', diagnosis: [{ cause: 'crash-loop' }] });
      expect(JSON.stringify(failed)).not.toContain('could not be read');
      const ref = refOf('Deployment', namespace);
      expect(await setPaused(cluster, [ref], true)).toEqual([{ ref, changed: true }]);
      const other = manifest('StatefulSet', '1.0.0');
      await expect(createPreflight(cluster)(delivery(namespace, '1', other))).rejects.toMatchObject({
        code: 'cluster-forbidden',
        message: `deployment/web.yml:1: the credentials may not create statefulsets.apps in namespace ${namespace}`,
      });
      cluster.close();
    }));

  test('agent.yml: may watch and diagnose what somebody else applies, and changes nothing', () =>
    inNamespace(async ({ namespace }) => {
      const cluster = await connectAsDeployer(namespace, 'agent.yml');
      const release = async (tag: string) => {
        await kubectlApply(namespace, manifest('Deployment', tag));
        return await watchRollout(cluster, {
          ...rolloutOf('Deployment', namespace, tag, 60, { clock: systemClock, mode: 'agent' }),
          workloads: await deliver(cluster, delivery(namespace, tag, manifest('Deployment', tag), 'agent')),
        });
      };
      expect(await release('1.0.0')).toMatchObject({ type: 'healthy', notes: [] });
      const failed = await release('crash-1');
      expect(failed).toMatchObject({ type: 'failed', diagnosis: [{ cause: 'crash-loop' }] });
      expect(JSON.stringify(failed)).not.toContain('could not be read');
      await expect(
        createPreflight(cluster)(delivery(namespace, '2', 'tag: x', 'set-image')),
      ).rejects.toMatchObject({
        code: 'cluster-forbidden',
        message: `the credentials may not patch deployments.apps in namespace ${namespace}`,
      });
      await expect(setPaused(cluster, [refOf('Deployment', namespace)], true)).rejects.toMatchObject({
        code: 'cluster-forbidden',
      });
      cluster.close();
    }));
});
