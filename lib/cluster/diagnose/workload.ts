import { describeWorkload } from '../objects.ts';
import { newReplicaSet } from '../snapshot.ts';
import { eventLines, type Facts, warningsOf } from './facts.ts';
import type { DiagnosisCause, Finding } from './finding.ts';

const refusals: readonly {
  readonly words: RegExp;
  readonly cause: DiagnosisCause;
  readonly next: string;
}[] = [
  {
    words:
      /exceeded quota|must specify (?:limits|requests|cpu|memory)|insufficient quota|maximum (?:cpu|memory)/i,
    cause: 'quota',
    next: 'Raise the quota of the namespace, or ask for less.',
  },
  {
    words:
      /(?:serviceaccount|service account|priorityclass|runtimeclass|configmap|secret)[^:]*not found|no PriorityClass/i,
    cause: 'missing-reference',
    next: 'Create what the message names, or correct the reference.',
  },
  { words: /.*/, cause: 'unknown', next: 'Read the words of the API server and correct the pod template.' },
];

/** The API server refuses the pods themselves: quota, a policy, a service account that is not there. */
const podsRefused = (facts: Facts): Finding | undefined => {
  const { workload } = facts;
  const set = newReplicaSet(facts);
  const condition = [...(set?.status?.conditions ?? []), ...(workload?.status?.conditions ?? [])].find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  );
  const events = [
    ...warningsOf(facts, set?.metadata.uid),
    ...warningsOf(facts, workload?.metadata.uid),
  ].filter((event) => event.reason === 'FailedCreate');
  // A Deployment says in a condition whether it still is so; the others have only events, which stay for an hour.
  if (facts.ref.kind === 'Deployment' && condition === undefined) return undefined;
  const message = condition?.message ?? events[0]?.message;
  if (message === undefined) return undefined;
  const refusal = refusals.find(({ words }) => words.test(message));
  return {
    cause: refusal?.cause ?? 'unknown',
    summary: `Pods cannot be created: ${message}`,
    evidence: eventLines(events),
    next: refusal?.next ?? '',
  };
};

const paused = ({ workload }: Facts): Finding | undefined =>
  workload?.spec.paused === true
    ? {
        cause: 'paused',
        summary: 'The rollout is paused.',
        evidence: ['spec.paused is true'],
        next: `Resume it: kubectl rollout resume deployment/${workload.metadata.name} -n ${workload.metadata.namespace ?? 'default'}`,
      }
    : undefined;

/** What is wrong with the workload itself. */
export const findInWorkload = (facts: Facts): readonly Finding[] =>
  [podsRefused(facts), paused(facts)].flatMap((finding) =>
    finding === undefined ? [] : [{ ...finding, workload: describeWorkload(facts.ref) }],
  );
