import type { Context } from './context.ts';
import { namespaces, nodes, services } from './resources.ts';
import type { Writes } from './writes.ts';

const nodeNames = ['node-1', 'node-2'];
const size = { cpu: '8', memory: '32Gi', pods: '110', 'ephemeral-storage': '100Gi' };

const condition = (type: string, status: 'True' | 'False', reason: string, now: string) => ({
  type,
  status,
  reason,
  message: reason,
  lastHeartbeatTime: now,
  lastTransitionTime: now,
});

/** What a fresh cluster has: its namespaces, its two nodes, and the Service of its API. Leaves alone what is there. */
export const seed = (context: Context, writes: Writes): void => {
  const { store } = context;
  const now = context.now();
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system'])
    if (store.get(namespaces, undefined, name) === undefined)
      writes.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (const [index, name] of nodeNames.entries()) {
    if (store.get(nodes, undefined, name) !== undefined) continue;
    writes.create(nodes, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: {
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'topology.kubernetes.io/zone': `zone-${index + 1}`,
        },
      },
      spec: {},
      status: {
        capacity: size,
        allocatable: size,
        conditions: [
          condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', now),
          condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', now),
          condition('PIDPressure', 'False', 'KubeletHasSufficientPID', now),
          condition('Ready', 'True', 'KubeletReady', now),
        ],
        addresses: [
          { type: 'InternalIP', address: '127.0.0.1' },
          { type: 'Hostname', address: name },
        ],
        nodeInfo: {
          architecture: 'amd64',
          operatingSystem: 'linux',
          kubeletVersion: 'v1.32.0+tagboat',
          kubeProxyVersion: '',
          osImage: 'Tagboat',
          kernelVersion: '',
          containerRuntimeVersion: 'tagboat://1',
          machineID: name,
          systemUUID: name,
          bootID: name,
        },
      },
    });
  }
  if (store.get(services, 'default', 'kubernetes') === undefined)
    writes.create(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'kubernetes',
        namespace: 'default',
        labels: { component: 'apiserver', provider: 'kubernetes' },
      },
      spec: { ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }] },
    });
};
