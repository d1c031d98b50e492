import { describeWorkload, type Workload, type WorkloadRef } from '../objects/objects.ts';
import { nextRun } from './next-run.ts';
import type { RolloutStatus } from './types.ts';

/** Kinds that are done once their template has the image: what they start later, starts with it. */
const isSchedule = ({ kind }: WorkloadRef): boolean => kind === 'CronJob' || kind === 'PodTemplate';

/** The condition `Ready`, where the kind has one and its controller has seen the object as it stands. */
const readyOf = ({ metadata, status }: Workload) => {
  const condition = status?.conditions?.find(({ type }) => type === 'Ready');
  if (condition === undefined) return undefined;
  const { observedGeneration } = status ?? {};
  const isStale =
    observedGeneration !== undefined && Number(observedGeneration) < Number(metadata.generation ?? 0);
  return isStale ? { ...condition, status: 'Unknown', reason: 'not observed yet' } : condition;
};

/**
 * How far a workload is that carries the image and has no rollout that is known here: it is done, unless it says itself, by
 * a condition `Ready` as Knative and many others have it, that it is not.
 * https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */
export const templateStatus = (ref: WorkloadRef, workload: Workload): RolloutStatus => {
  const subject = `${ref.kind.toLowerCase()} "${ref.name}"`;
  const ready = readyOf(workload);
  if (ready !== undefined && ready.status !== 'True')
    return {
      type: 'waiting',
      message: `Waiting for ${subject} to be ready: ${[ready.reason, ready.message].filter(Boolean).join(': ') || 'no reason given'}...`,
    };
  return { type: 'done', message: `${subject} has the image` };
};

/** When a CronJob runs with the image it was given. */
const scheduleNotes = (name: string, { spec }: Workload, now: number): readonly string[] => {
  const { schedule, suspend, timeZone = 'UTC' } = spec;
  if (suspend === true)
    return [`${name} is suspended (spec.suspend): it does not run before somebody lets it.`];
  if (schedule === undefined) return [];
  const next = nextRun(schedule, timeZone, now);
  return next === undefined
    ? [`${name} runs next by its schedule, ${schedule}.`]
    : [
        `${name} runs next at ${minuteOf(next)} UTC (${schedule}${timeZone === 'UTC' ? '' : ` in ${timeZone}`}).`,
      ];
};

/** `2026-11-28 03:00` */
const minuteOf = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');

/** What is worth knowing of such a workload although it is done. @param now milliseconds since 1970 */
export const templateNotes = (
  ref: WorkloadRef,
  workload: Workload,
  now: number,
  { isRestart = false }: { readonly isRestart?: boolean | undefined } = {},
): readonly string[] => {
  const name = describeWorkload(ref);
  if (ref.kind === 'CronJob') return scheduleNotes(name, workload, now);
  if (isSchedule(ref) || readyOf(workload) !== undefined) return [];
  if (ref.kind === 'Job' && isRestart)
    return [`${name} has the tag, and is not run again by set-image for the image that was pushed since.`];
  if (ref.kind === 'Job') return [`${name} has the image; whether it succeeds is not watched.`];
  return [`${name} has the image in its pod template; whether its pods run it is not watched.`];
};
