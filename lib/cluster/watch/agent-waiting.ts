import type { Diagnosis } from '../diagnose/finding.ts';
import { describeWorkload, type WorkloadRef } from '../objects/objects.ts';

/** The agent has not done in time what it is there for. @param evidence what was waited for, a line each */
export const agentWaiting = (evidence: readonly string[], first: WorkloadRef | undefined): Diagnosis => ({
  cause: 'agent-waiting',
  summary: 'The in-cluster agent has not applied the commit.',
  evidence,
  next: 'Look at the Argo CD Application (argocd app get) or the Flux Kustomization (flux get kustomizations) that is to apply it: its source, its last sync and its errors.',
  ...(first === undefined ? {} : { workload: describeWorkload(first) }),
});
