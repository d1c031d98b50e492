import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { kindName } from '../../../lib/cluster/deliver/allowed-kinds.ts';
import { deliver } from '../../../lib/cluster/deliver/deliver.ts';
import { createPreflight } from '../../../lib/cluster/deliver/preflight.ts';
import { delivery, manifest } from '../../realcluster/manifest.ts';
import { sendJson, withServer } from '../support/server.ts';

const objectOf = (apiVersion: string, kind: string): string =>
  stringify({ apiVersion, kind, metadata: { name: 'x' } });

/** What would give whoever writes to the config repo more than the workload: kinds with the group that they are of. */
const refused = [
  ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ['rbac.authorization.k8s.io/v1beta1', 'Role'],
  ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
  ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'],
  ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy'],
  ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding'],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  ['apiregistration.k8s.io/v1', 'APIService'],
  ['certificates.k8s.io/v1', 'CertificateSigningRequest'],
  ['scheduling.k8s.io/v1', 'PriorityClass'],
  ['storage.k8s.io/v1', 'StorageClass'],
  ['node.k8s.io/v1', 'RuntimeClass'],
  ['networking.k8s.io/v1', 'IngressClass'],
  ['v1', 'Namespace'],
  ['v1', 'Node'],
  ['v1', 'PersistentVolume'],
  ['v1', 'Pod'],
  ['v1', 'Secret'],
  ['v1', 'ServiceAccount'],
  ['example.com/v1', 'Deployment'],
  ['v1', 'Deployment'],
  ['apps/v1', 'Service'],
] as const;

/** Every answer would be yes: what is refused is refused before anybody is asked. */
const withWillingServer = (use: Parameters<typeof withServer>[1]) =>
  withServer((_, response) => sendJson(response, 200, {}), use);

describe('apply', () => {
  it.each(refused)('refuses %s %s beside the workload, and sends nothing', (apiVersion, kind) =>
    withWillingServer(async ({ cluster, requests }) => {
      const text = `${manifest('Deployment', '1')}---\n${objectOf(apiVersion, kind)}`;
      const error = {
        code: 'kind-not-allowed',
        retry: 'terminal',
        message: expect.stringMatching(
          new RegExp(`^deployment/web\\.yml:\\d+: ${kind} x .* does not list ${kindName(apiVersion, kind)}$`),
        ),
        next: expect.stringContaining('`kinds`'),
      };
      await expect(createPreflight(cluster)(delivery('shop', '1', text))).rejects.toMatchObject(error);
      await expect(deliver(cluster, delivery('shop', '1', text))).rejects.toMatchObject(error);
      expect(requests).toEqual([]);
    }),
  );

  it('finds it in a List in a List, too', () =>
    withWillingServer(async ({ cluster, requests }) => {
      const binding = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'x' },
      };
      const list = (items: unknown[]) => ({ apiVersion: 'v1', kind: 'List', items });
      const text = stringify(list([list([binding])]));
      await expect(deliver(cluster, delivery('shop', '1', text))).rejects.toMatchObject({
        code: 'kind-not-allowed',
      });
      expect(requests).toEqual([]);
    }));

  it.each([
    ['a kind of the same name in another group', 'Secret.example.com'],
    ['the kind in other letters', 'secret'],
    ['the plural', 'secrets'],
  ])('is not told by %s', (_, kind) =>
    withWillingServer(async ({ cluster }) => {
      const release = { ...delivery('shop', '1', objectOf('v1', 'Secret')), kinds: [kind] };
      await expect(deliver(cluster, release)).rejects.toMatchObject({ code: 'kind-not-allowed' });
    }),
  );

  it('applies what is named, of any version', () =>
    withServer(
      (_, response, { pathname }) =>
        sendJson(
          response,
          200,
          pathname === '/apis/batch/v1beta1'
            ? { resources: [{ name: 'cronjobs', kind: 'CronJob', namespaced: true }] }
            : {},
        ),
      async ({ cluster, requests }) => {
        const text = objectOf('batch/v1beta1', 'CronJob');
        await deliver(cluster, { ...delivery('shop', '1', text), kinds: ['CronJob.batch'] });
        expect(requests.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual([
          'GET /apis/batch/v1beta1',
          'PATCH /apis/batch/v1beta1/namespaces/shop/cronjobs/x',
        ]);
      },
    ));
});
