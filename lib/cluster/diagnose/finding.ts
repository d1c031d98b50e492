/** Every cause there is, the most telling first: causes before their consequences. docs/diagnosis.md has one of each. */
export const diagnosisCauses = [
  'image-pull',
  'out-of-memory',
  'init-container',
  'crash-loop',
  'job-failed',
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
  'other-digest',
  'digest-unknown',
  'not-set',
  'agent-waiting',
  'rollout-degraded',
  'progress-deadline',
  'job-deadline',
  'timeout',
] as const;

export type DiagnosisCause = (typeof diagnosisCauses)[number];

/** 0 is the most telling. */
export const causeRank = (cause: DiagnosisCause): number => diagnosisCauses.indexOf(cause);

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
  /** True where another image would have met the same, although the cause is usually one of the image. */
  readonly outside?: boolean;
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

export type Counted = Finding & { readonly count: number };

/** What differs from pod to pod: names, addresses, ids. */
const general = ({ summary, pod }: Finding): string =>
  (pod === undefined ? summary : summary.replaceAll(pod, '<pod>'))
    .replaceAll(/\b\d{1,3}(?:\.\d{1,3}){3}\b|\[[0-9a-f:]+\]/gi, '<address>')
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{12,64}\b/gi, '<id>');

const keyOf = (finding: Finding): string =>
  JSON.stringify([finding.cause, finding.workload, finding.container, general(finding)]);

/** Findings that say the same about several pods become one, that of the pod with the most to tell, with their number. */
export const groupFindings = (findings: readonly Finding[]): readonly Counted[] =>
  [...Map.groupBy(findings, keyOf).values()].flatMap((same) => {
    const [telling] = same.toSorted((one, other) => (other.weight ?? 0) - (one.weight ?? 0));
    return telling === undefined ? [] : [{ ...telling, count: same.length }];
  });
