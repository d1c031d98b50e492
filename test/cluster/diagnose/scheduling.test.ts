import { describe, expect, it } from 'vitest';
import { findCauses } from '../../../lib/cluster/diagnose/diagnose.ts';
import { facts, image, now, pod } from '../support/fixture.ts';

/** As schedulers wrote them. */
describe('a pod that no node takes', () => {
  it.each<[string, string]>([
    [
      '0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient memory. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
      'Ask for less memory (web asks for 64Gi), or add nodes: none has so much left.',
    ],
    [
      '0/3 nodes are available: 3 Insufficient nvidia.com/gpu.',
      'Ask for less nvidia.com/gpu, or add nodes: none has so much left.',
    ],
    [
      "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
      'Label a node with disk=fast, or correct nodeSelector.',
    ],
    [
      '0/1 nodes are available: 1 node(s) had untolerated taint {dedicated: gpu}.',
      'Tolerate the taint dedicated: gpu in the pod, or remove it from a node.',
    ],
    [
      "0/1 nodes are available: 1 node(s) had taint {dedicated: gpu}, that the pod didn't tolerate.",
      'Tolerate the taint dedicated: gpu in the pod, or remove it from a node.',
    ],
    [
      '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
      'Look at the PersistentVolumeClaims of the pod (kubectl get pvc): one is not bound, for want of a volume or of a StorageClass that makes one.',
    ],
    [
      '0/1 nodes are available: persistentvolumeclaim "data-web-0" not found.',
      'Create the PersistentVolumeClaim data-web-0, or correct the volume.',
    ],
    [
      "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.",
      'Add nodes, or loosen the anti-affinity or topology spread of the pod: every node is taken already.',
    ],
    [
      '0/3 nodes are available: 3 node(s) had volume node affinity conflict.',
      'The volume of the pod is in a zone without a node that has room: add one there.',
    ],
    [
      '0/2 nodes are available: 2 node(s) were unschedulable.',
      'Nodes are cordoned: kubectl uncordon those that are fit again.',
    ],
    [
      'no reason to speak of',
      'Compare resource requests, node selectors, taints and volumes with what the nodes offer.',
    ],
  ])('%s', (message, next) => {
    const plain = pod('Deployment', {
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
    });
    const [web, ...others] = plain.spec.containers;
    const resources = { requests: { memory: '64Gi' } };
    const containers = web === undefined ? others : [{ ...web, resources }, ...others];
    const given = { ...plain, spec: { ...plain.spec, containers, nodeSelector: { disk: 'fast' } } };

    expect(findCauses(facts('Deployment', { pods: [given] }), image, now)).toMatchObject([
      { cause: 'unschedulable', summary: `No node takes the pod: ${message}`, next },
    ]);
  });
});
