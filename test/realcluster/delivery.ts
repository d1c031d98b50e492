import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { connect } from '../../lib/cluster/connect/connect.ts';
import { findResource } from '../../lib/cluster/connect/discovery.ts';
import { deliver } from '../../lib/cluster/deliver/deliver.ts';
import { type Metadata, type Workload, workloadPath } from '../../lib/cluster/objects/objects.ts';
import { carriersIn } from '../../lib/cluster/objects/pod-specs.ts';
import { watchRollout } from '../../lib/cluster/watch/watch-rollout.ts';
import { manualClock } from '../support/manual-clock.ts';
import type { Fixture, InNamespace } from './fixture.ts';
import { appImage, delivery, dryRun, manifest, refOf, rolloutOf } from './manifest.ts';

const imagesOf = (object: Record<string, unknown>): readonly string[] =>
  (
    object.spec as { template: { spec: { containers: readonly { image: string }[] } } }
  ).template.spec.containers.map(({ image }) => image);

const changeCauseOf = (object: Record<string, unknown>): unknown =>
  (object.metadata as { annotations?: Record<string, string> }).annotations?.['kubernetes.io/change-cause'];

/** The revisions of the Deployment `web` and why they were made, as `kubectl rollout history` shows them. */
const historyOf = async ({
  read,
}: Fixture): Promise<readonly (readonly [string | undefined, string | undefined])[]> => {
  const { items } = (await read('replicasets')) as { items: { metadata: Metadata }[] };
  return items
    .map(
      ({ metadata: { annotations = {} } }) =>
        [
          annotations['deployment.kubernetes.io/revision'],
          annotations['kubernetes.io/change-cause'],
        ] as const,
    )
    .toSorted(([a = ''], [b = '']) => a.localeCompare(b));
};

/** As in keel-hq/keel#251. */
const cronJob = (apiVersion: string, tag: string): string => `apiVersion: ${apiVersion}
kind: CronJob
metadata: { name: nightly }
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec: { restartPolicy: Never, containers: [{ name: nightly, image: "acme/okeydokey:${tag}" }] }
`;

export const describeDelivery = (inNamespace: InNamespace): void => {
  test('apply: over an object that kubectl applied, with the change cause, and twice without a second rollout', () =>
    inNamespace(async (fixture) => {
      const { cluster, namespace, get, generation } = fixture;
      await fixture.apply(manifest('Deployment', '1.0.0'));
      const release = delivery(namespace, '1.0.1', manifest('Deployment', '1.0.1'));
      expect(await deliver(cluster, release)).toEqual([refOf('Deployment', namespace)]);
      const object = await get('deployment', 'web');
      expect(imagesOf(object)).toEqual(['acme/okeydokey:1.0.1', 'acme/proxy:7']);
      expect(changeCauseOf(object)).toBe('okeydokey 1.0.1 (test)');
      const before = await generation('deployment', 'web');
      await deliver(cluster, release);
      expect(await generation('deployment', 'web')).toBe(before);
      // An annotation counts as a new generation of a Deployment, but makes no new revision.
      await deliver(cluster, { ...release, changeCause: 'another release of the same' });
      await fixture.watch('Deployment', '1.0.1', 30);
      expect(await historyOf(fixture)).toEqual([
        ['1', undefined],
        ['2', 'another release of the same'],
      ]);
    }));

  test('apply: what the manifest does not set stays as others set it', () =>
    inNamespace(async ({ cluster, namespace, get, patch }) => {
      const text = manifest('Deployment', '1.0.0', { replicas: undefined });
      await deliver(cluster, delivery(namespace, '1.0.0', text));
      await patch('deployments/web/scale', { spec: { replicas: 3 } });
      await deliver(cluster, delivery(namespace, '1.0.1', text.replaceAll('1.0.0', '1.0.1')));
      expect((await get('deployment', 'web')).spec).toMatchObject({ replicas: 3 });
    }));

  test('apply: several documents, a List, cluster-wide kinds and octal numbers', () =>
    inNamespace(async ({ cluster, namespace, get, remove }) => {
      const role = `tagboat-test-${namespace}`;
      const text = [
        '# only a comment',
        `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: ${role} }\nrules: []`,
        stringify({
          apiVersion: 'v1',
          kind: 'List',
          items: [
            parse(manifest('StatefulSet', '1.0.0')),
            { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { a: 'b' } },
          ],
        }),
        manifest('Deployment', '1.0.0', {}, {}).replace(
          'terminationGracePeriodSeconds: 1',
          'terminationGracePeriodSeconds: 1\n      volumes:\n        - name: settings\n          configMap: { name: settings, defaultMode: 0644 }',
        ),
      ].join('\n---\n');
      try {
        const kinds = ['ClusterRole.rbac.authorization.k8s.io'];
        const refs = await deliver(cluster, { ...delivery(namespace, '1.0.0', text), kinds });
        expect(refs).toEqual([refOf('StatefulSet', namespace), refOf('Deployment', namespace)]);
        expect((await get('clusterrole', role)).kind).toBe('ClusterRole');
        expect((await get('configmap', 'settings')).data).toEqual({ a: 'b' });
        expect(JSON.stringify((await get('deployment', 'web')).spec)).toContain('"defaultMode":420');
      } finally {
        await remove(`clusterroles/${role}`);
      }
    }));

  test.for([
    {
      name: 'a kind that the cluster does not know',
      text: 'apiVersion: example.com/v1\nkind: Boat\nmetadata: { name: a }\n',
      code: 'cluster-refused',
      message: 'deployment/web.yml:12: the cluster does not know Boat of example.com/v1',
    },
    {
      name: 'a kind that is not allowed',
      text: 'apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n',
      code: 'kind-not-allowed',
      message:
        'deployment/web.yml:12: Namespace a stands in a file that carries the image, and `kinds` of the environment does not list Namespace',
    },
    {
      name: 'another namespace',
      code: 'manifest-not-applicable',
      text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: elsewhere }\n',
      message:
        /^deployment\/web.yml:12: ConfigMap a names the namespace elsewhere, and the environment is tagboat-/,
    },
  ])('apply: $name is refused before anything is applied', ({ text, code, message }) =>
    inNamespace(async ({ cluster, namespace, read }) => {
      const first = `apiVersion: v1
kind: ConfigMap
metadata:
  name: first
  labels:
    # a few
    # lines
    # of
    # comment
    a: b
---
`;
      const kinds = ['Boat.example.com'];
      const release = { ...delivery(namespace, '1', first + text), kinds };
      await expect(deliver(cluster, release)).rejects.toMatchObject({
        code,
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      });
      expect(await read('configmaps/first')).toBeUndefined();
    }),
  );

  test('apply: an object that the server refuses, in its words', () =>
    inNamespace(async ({ cluster, namespace }) => {
      const text = manifest('Deployment', '1.0.0', { selector: { matchLabels: { app: 'other' } } });
      await expect(deliver(cluster, delivery(namespace, '1.0.0', text))).rejects.toMatchObject({
        code: 'cluster-refused',
        message: expect.stringContaining('`selector` does not match template `labels`'),
      });
    }));

  test('set-image: only the image, in every workload that carries it, and nothing the second time', () =>
    inNamespace(async ({ cluster, namespace, get, generation, apply }) => {
      await apply(manifest('Deployment', '1.0.0'));
      await apply(
        manifest('StatefulSet', '1.0.0').replace('acme/okeydokey', 'index.docker.io/acme/okeydokey'),
      );
      await apply(manifest('DaemonSet', '1.0.0').replace('okeydokey', 'unrelated'));
      const release = delivery(namespace, '1.0.1', 'image: { repository: acme/okeydokey }', 'set-image');
      expect(await deliver(cluster, release)).toEqual([
        refOf('Deployment', namespace),
        refOf('StatefulSet', namespace),
      ]);
      expect(imagesOf(await get('deployment', 'web'))).toEqual(['acme/okeydokey:1.0.1', 'acme/proxy:7']);
      expect(imagesOf(await get('statefulset', 'web'))[0]).toBe('index.docker.io/acme/okeydokey:1.0.1');
      expect(imagesOf(await get('daemonset', 'web'))[0]).toBe('acme/unrelated:1.0.0');
      expect(changeCauseOf(await get('deployment', 'web'))).toBe('okeydokey 1.0.1 (test)');
      const before = await get('deployment', 'web');
      await deliver(cluster, { ...release, changeCause: 'again' });
      expect(await generation('deployment', 'web')).toBe(
        (before.metadata as { generation: number }).generation,
      );
      expect(changeCauseOf(await get('deployment', 'web'))).toBe('okeydokey 1.0.1 (test)');
    }));

  test('set-image: only the workload that the manifest defines', () =>
    inNamespace(async ({ cluster, namespace, get, apply }) => {
      await apply(manifest('Deployment', '1.0.0'));
      await apply(manifest('StatefulSet', '1.0.0'));
      const text = manifest('StatefulSet', '1.0.1');
      expect(await deliver(cluster, delivery(namespace, '1.0.1', text, 'set-image'))).toEqual([
        refOf('StatefulSet', namespace),
      ]);
      expect(imagesOf(await get('deployment', 'web'))[0]).toBe('acme/okeydokey:1.0.0');
    }));

  test('agent: touches nothing', () =>
    inNamespace(async ({ cluster, namespace, get, apply }) => {
      await apply(manifest('Deployment', '1.0.0'));
      const before = await get('deployment', 'web');
      const release = delivery(namespace, '1.0.1', 'tag: 1.0.1', 'agent');
      expect(await deliver(cluster, release)).toEqual([refOf('Deployment', namespace)]);
      expect((await get('deployment', 'web')).spec).toEqual(before.spec);
    }));

  test('set-image: no workload carries the image', () =>
    inNamespace(async ({ cluster, namespace }) => {
      await expect(deliver(cluster, delivery(namespace, '1', 'tag: 1', 'set-image'))).rejects.toMatchObject({
        code: 'workload-not-found',
      });
    }));

  test('agent: no workload carries the image yet', () =>
    inNamespace(async ({ cluster, namespace }) => {
      expect(await deliver(cluster, delivery(namespace, '1', 'tag: 1', 'agent'))).toEqual([]);
    }));

  test.for(['named in the manifests', 'found in the namespace'])(
    'set-image: a CronJob as well, and nothing the second time: %s',
    (how) =>
      inNamespace(async ({ cluster, namespace, clock }) => {
        const isNew = (await findResource(cluster, 'batch/v1', 'CronJob')) !== undefined;
        const apiVersion = isNew ? 'batch/v1' : 'batch/v1beta1';
        const ref = { apiVersion, kind: 'CronJob', namespace, name: 'nightly', plural: 'cronjobs' };
        const read = async () =>
          (await cluster.api.json({ method: 'GET', path: workloadPath(ref), what: 'read' })) as Workload;
        await deliver(cluster, delivery(namespace, '1.0.0', cronJob(apiVersion, '1.0.0')));
        const text = how.startsWith('named') ? cronJob(apiVersion, '1.0.1') : 'tag: 1.0.1';
        const release = delivery(namespace, '1.0.1', text, 'set-image');
        expect(await deliver(cluster, release)).toEqual([ref]);
        const set = await read();
        expect(carriersIn(set, appImage).map((carrier) => carrier.text)).toEqual(['acme/okeydokey:1.0.1']);
        await deliver(cluster, release);
        expect((await read()).metadata.resourceVersion).toBe(set.metadata.resourceVersion);
        const watched = rolloutOf('Deployment', namespace, '1.0.1', 20, { clock: clock(1) });
        expect(await watchRollout(cluster, { ...watched, workloads: [ref] })).toMatchObject({
          type: 'healthy',
          message: 'cronjob "nightly" has the image',
        });
      }),
  );

  test('a namespace that is not there', () =>
    inNamespace(async ({ cluster }) => {
      const namespace = 'tagboat-none-such';
      await expect(
        deliver(cluster, delivery(namespace, '1', manifest('Deployment', '1'))),
      ).rejects.toMatchObject({
        code: 'cluster-refused',
        message: expect.stringContaining('namespaces "tagboat-none-such" not found'),
      });
    }));

  test('apply: what kubectl leaves in its dry runs does no harm', () =>
    inNamespace(async ({ cluster, namespace }) => {
      expect(await deliver(cluster, delivery(namespace, '1', dryRun))).toEqual([
        refOf('Deployment', namespace),
      ]);
    }));

  test('a server whose certificate the kubeconfig does not vouch for', () =>
    inNamespace(async ({ secureKubeconfig }) => {
      const config = parse(secureKubeconfig) as { clusters: { name: string; cluster: { server: string } }[] };
      const cluster = connect({
        kubeconfig: stringify({
          ...config,
          clusters: config.clusters.map(({ name, cluster: { server } }) => ({ name, cluster: { server } })),
        }),
      });
      await expect(
        deliver(cluster, delivery('default', '1', manifest('Deployment', '1'))),
      ).rejects.toMatchObject({
        code: 'cluster-unreachable',
        retry: 'terminal',
        message: expect.stringContaining('its certificate cannot be trusted'),
      });
    }));

  test('a wrong token', () =>
    inNamespace(async ({ kubeconfig }) => {
      const config = parse(kubeconfig) as {
        users: { user: Record<string, string> }[];
      };
      const cluster = connect({
        kubeconfig: stringify({
          ...config,
          users: config.users.map((user) => ({ ...user, user: { token: 'wrong-token-123' } })),
        }),
      });
      const failure = { code: 'cluster-credentials-refused' };
      await expect(
        deliver(cluster, delivery('default', '1', manifest('Deployment', '1'))),
      ).rejects.toMatchObject(failure);
      // Simulated time does not wait for requests with a token that is not the cluster's. None has to go by here.
      const clock = manualClock();
      await expect(
        watchRollout(cluster, rolloutOf('Deployment', 'default', '1', 10, { clock })),
      ).rejects.toMatchObject(failure);
    }));
};
