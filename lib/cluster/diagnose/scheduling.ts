import { conditionOf, type Pod } from '../objects/objects.ts';
import { eventLines, type Facts, messageOf, warningsOf } from './facts.ts';
import type { Finding } from './finding.ts';
import type { FullContainer } from './spec.ts';

const requestsOf = (pod: Pod, resource: string): string =>
  pod.spec.containers
    .flatMap((container: FullContainer) => {
      const asked = container.resources?.requests?.[resource];
      return asked === undefined ? [] : [`${container.name} asks for ${asked}`];
    })
    .join(', ');

/**
 * What to look at, by the scheduler's message; it counts nodes by the reason for which they do not take the pod.
 * Source: k8s.io/kubernetes/pkg/scheduler/framework/plugins
 */
const advices: readonly {
  readonly words: RegExp;
  readonly advise: (match: RegExpExecArray, pod: Pod) => string;
}[] = [
  {
    words: /persistentvolumeclaim "([^"]+)" not found/,
    advise: ([, claim]) => `Create the PersistentVolumeClaim ${claim}, or correct the volume.`,
  },
  {
    words: /unbound immediate PersistentVolumeClaims/,
    advise: () =>
      'Look at the PersistentVolumeClaims of the pod (kubectl get pvc): one is not bound, for want of a volume or of a StorageClass that makes one.',
  },
  {
    words: /volume node affinity|volume affinity/,
    advise: () => 'The volume of the pod is in a zone without a node that has room: add one there.',
  },
  {
    words: /node affinity\/selector|node selector|node affinity/,
    advise: (_, pod) => {
      const wanted = Object.entries(pod.spec.nodeSelector ?? {}).map(([name, value]) => `${name}=${value}`);
      return wanted.length > 0
        ? `Label a node with ${wanted.join(', ')}, or correct nodeSelector.`
        : 'Compare the node affinity of the pod with the labels of the nodes (kubectl get nodes --show-labels).';
    },
  },
  {
    words: /Insufficient ([\w/-]+(?:\.[\w/-]+)*)/,
    advise: ([, resource = ''], pod) => {
      const asked = requestsOf(pod, resource);
      return `Ask for less ${resource}${asked === '' ? '' : ` (${asked})`}, or add nodes: none has so much left.`;
    },
  },
  {
    words: /untolerated taint \{([^}]*)\}|had taint \{([^}]*)\}/,
    advise: ([, taint, older]) =>
      `Tolerate the taint ${(taint ?? older ?? '').trim()} in the pod, or remove it from a node.`,
  },
  {
    words: /pod anti-affinity|pod topology spread/,
    advise: () =>
      'Add nodes, or loosen the anti-affinity or topology spread of the pod: every node is taken already.',
  },
  {
    words: /were unschedulable/,
    advise: () => 'Nodes are cordoned: kubectl uncordon those that are fit again.',
  },
];

/** A pod that no node takes. */
export const unschedulable = (facts: Facts, pod: Pod): Finding | undefined => {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status !== 'False') return undefined;
  const events = warningsOf(facts, pod.metadata.uid);
  const words = scheduled.message ?? scheduled.reason ?? 'no reason given';
  const advice = advices.map(({ words: pattern, advise }) => {
    const match = pattern.exec(words);
    return match === null ? undefined : advise(match, pod);
  });
  return {
    cause: 'unschedulable',
    summary: `No node takes the pod: ${words}`,
    evidence: [
      `condition PodScheduled: False: ${scheduled.reason ?? 'no reason given'}`,
      ...eventLines(events.filter((event) => messageOf(event) !== words)),
    ],
    next:
      advice.find((text) => text !== undefined) ??
      'Compare resource requests, node selectors, taints and volumes with what the nodes offer.',
  };
};
