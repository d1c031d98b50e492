export type DiagnosisCause =
  | 'image-pull'
  | 'crash-loop'
  | 'out-of-memory'
  | 'not-ready'
  | 'readiness-gate'
  | 'init-container'
  | 'unschedulable'
  | 'quota'
  | 'policy'
  | 'missing-reference'
  | 'terminating'
  | 'paused'
  | 'other-image'
  | 'agent-waiting'
  | 'rollout-degraded'
  | 'progress-deadline'
  | 'timeout'
  | 'workload-missing'
  | 'unknown';

/** Why a rollout did not become healthy, for a person who has to do something about it. */
export type Diagnosis = {
  readonly cause: DiagnosisCause;
  /** One sentence. */
  readonly summary: string;
  /** Facts behind it, one a line: states, exit codes, events, the end of a log. Credentials are masked. */
  readonly evidence: readonly string[];
  /** What to look at or do next, one sentence. */
  readonly next: string;
  /** `Deployment default/okeydokey` */
  readonly workload?: string;
  readonly pod?: string;
  readonly container?: string;
  /** Over how many pods, where more than one. */
  readonly count?: number;
};

/** The log to read for this finding. */
export type LogRequest = {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The log of the run before this one: of a container that was restarted. */
  readonly previous: boolean;
};

/** A diagnosis of one pod or workload, before several are taken together and the log is read. */
export type Finding = Omit<Diagnosis, 'count'> & {
  readonly log?: LogRequest;
  /** What the kubelet and the registry said about a failed pull, before it was worded for people; never shown. */
  readonly pullMessages?: string;
  /** Of several that say the same, the one with the most of this is shown: restarts. */
  readonly weight?: number;
};

/** The most telling first: causes before their consequences. */
const order: readonly DiagnosisCause[] = [
  'image-pull',
  'out-of-memory',
  'init-container',
  'crash-loop',
  'missing-reference',
  'quota',
  'policy',
  'unschedulable',
  'paused',
  'readiness-gate',
  'not-ready',
  'terminating',
  'workload-missing',
  'unknown',
  'other-image',
  'agent-waiting',
  'rollout-degraded',
  'progress-deadline',
  'timeout',
];

/** Every cause there is; docs/diagnosis.md has one of each. */
export const diagnosisCauses = order;

/** 0 is the most telling. */
export const causeRank = (cause: DiagnosisCause): number => order.indexOf(cause);
