import type { Fixture } from './fixture.ts';
import { releaseOf, type Scenario } from './scenario.ts';

const configMap =
  'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: okeydokey-settings }\ndata: { GREETING: okey }\n';
const quota =
  "apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: team }\nspec: { hard: { pods: '3', requests.cpu: 150m } }\n";
const bareQuota =
  'apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: team }\nspec: { hard: { limits.memory: 1Gi } }\n';
const limitRange = `apiVersion: v1
kind: LimitRange
metadata: { name: small }
spec: { limits: [{ type: Container, max: { memory: 64Mi } }] }
`;

/** A quota counts what was there before it only after a moment. */
const quotaIsCounted = (fixture: Fixture): Promise<void> =>
  fixture.until(async () => {
    const { status } = await fixture.get<{ status?: { used?: Record<string, string> } }>(
      'resourcequotas/team',
    );
    return status?.used?.pods === '3';
  });

const from = (key: string) => ({ configMapKeyRef: { name: 'okeydokey-settings', key } });

/** Of the cluster: room, permission, and what pods refer to. */
export const room: readonly Scenario[] = [
  {
    name: 'unschedulable-cpu',
    title: 'Unschedulable: no room',
    means: 'No node has as much left as the pod asks for.',
    causes: ['unschedulable', 'timeout'],
    on: ['embedded', 'lab'],
    run: releaseOf('v0.0.4', {
      after: 'v0.0.3',
      container: { resources: { requests: { cpu: '64', memory: '64Mi' } } },
    }),
  },
  {
    name: 'unschedulable-selector',
    title: 'Unschedulable: no such node',
    means: 'No node has the labels that the pod wants.',
    causes: ['unschedulable', 'timeout'],
    on: ['embedded', 'lab'],
    run: releaseOf('v0.0.4', { after: 'v0.0.3', pod: { nodeSelector: { disk: 'fast' } } }),
  },
  {
    name: 'quota',
    title: 'Quota exceeded',
    means: 'The namespace has room for three pods, and a rollout makes a fourth before it takes one away.',
    causes: ['quota', 'timeout'],
    on: ['embedded', 'lab'],
    run: async (fixture) => {
      await fixture.start('v0.0.3', { beside: quota });
      await quotaIsCounted(fixture);
      return await releaseOf('v0.0.4')(fixture);
    },
  },
  {
    name: 'quota-unsaid',
    title: 'Quota wants a limit',
    means: 'A quota that counts an amount wants every container to say how much of it.',
    causes: ['quota', 'timeout'],
    on: ['embedded', 'lab'],
    run: releaseOf('v0.0.3', { beside: bareQuota, container: { resources: {} } }),
  },
  {
    name: 'limit-range',
    title: 'LimitRange refuses the pods',
    means: 'A container wants more than one may have in this namespace.',
    causes: ['policy', 'timeout'],
    on: ['embedded', 'lab'],
    run: releaseOf('v0.0.3', { beside: limitRange }),
  },
  {
    name: 'pod-security',
    title: 'A policy refuses the pods',
    means: 'The namespace enforces the restricted Pod Security Standard, and the pod does not keep to it.',
    causes: ['policy', 'timeout'],
    on: ['embedded'],
    labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
    run: releaseOf('v0.0.3'),
  },
  {
    name: 'service-account',
    title: 'Missing service account',
    means: 'The pod is to run as a service account that does not exist.',
    causes: ['missing-reference', 'timeout'],
    on: ['embedded', 'lab'],
    run: releaseOf('v0.0.4', { after: 'v0.0.3', pod: { serviceAccountName: 'okeydokey' } }),
  },
  {
    name: 'config-map',
    title: 'Missing ConfigMap',
    means: 'The environment of a container comes from a ConfigMap that does not exist.',
    causes: ['missing-reference'],
    on: ['embedded'],
    run: releaseOf('v0.0.4', {
      after: 'v0.0.3',
      container: { envFrom: [{ configMapRef: { name: 'okeydokey-settings' } }] },
    }),
  },
  {
    name: 'config-map-key',
    title: 'Missing key of a ConfigMap',
    means: 'The ConfigMap is there, without the key that a variable comes from.',
    causes: ['missing-reference'],
    on: ['embedded'],
    run: releaseOf('v0.0.4', {
      after: 'v0.0.3',
      beside: configMap,
      container: { env: [{ name: 'ANSWER', valueFrom: from('ANSWER') }] },
    }),
  },
  {
    name: 'secret-volume',
    title: 'Missing Secret',
    means: 'A volume is made of a Secret that does not exist.',
    causes: ['missing-reference', 'timeout'],
    on: ['embedded'],
    run: releaseOf('v0.0.4', {
      after: 'v0.0.3',
      pod: { volumes: [{ name: 'tls', secret: { secretName: 'okeydokey-tls' } }] },
    }),
  },
  {
    name: 'config-map-volume-key',
    title: 'Missing key in a volume',
    means:
      'A volume shows a key of a ConfigMap that does not have it; the kubelet’s words do not say of which.',
    causes: ['missing-reference', 'timeout'],
    on: ['embedded'],
    run: releaseOf('v0.0.4', {
      after: 'v0.0.3',
      beside: configMap,
      pod: {
        volumes: [
          {
            name: 'settings',
            configMap: { name: 'okeydokey-settings', items: [{ key: 'app.yml', path: 'app.yml' }] },
          },
        ],
      },
    }),
  },
];
