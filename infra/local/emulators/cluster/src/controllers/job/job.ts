import { controllerOf, findCondition, keyOf } from '../../meta.ts';
import { jobs, pods } from '../../resources.ts';
import { ApiError } from '../../status.ts';
import type { Job, Pod } from '../../types.ts';
import { isTerminating, podFromTemplate, podsOf } from '../pods.ts';
import type { Controller, Tools } from '../runner.ts';
import { has, isFinished, setCondition } from './conditions.ts';
import {
  countsOf,
  isPastBackoffLimit,
  type JobPods,
  pauseAfterFailures,
  sortPods,
  wantedPods,
} from './pods.ts';

type End = { readonly reason: string; readonly message: string };

/**
 * Jobs that are not indexed: pods until enough of them have succeeded, or too many have failed, or the time is up. Without
 * the finalizers by which upstream counts pods that somebody deletes, and without policies for failures and successes.
 * Source: k8s.io/kubernetes/pkg/controller/job, …/ttlafterfinished
 */
export const createJobController = (tools: Tools): Controller => {
  const { context, writes, events } = tools;
  const { store, clock } = context;

  const writeStatus = (
    job: Job,
    counts: JobPods,
    change: (status: Job['status']) => void = () => {},
  ): void => {
    writes.modify<Job>(jobs, job, (draft) => {
      const found = Object.entries(countsOf(counts)).filter(([, count]) => count !== 0);
      const { active: _, ready, terminating, succeeded, failed, ...kept } = draft.status;
      draft.status = { ...kept, ...Object.fromEntries(found) };
      change(draft.status);
    });
  };

  const deleteActive = (job: Job, { active }: JobPods): void => {
    for (const pod of active) {
      writes.delete(pods, pod);
      events(job, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
    }
  };

  /** It is said at once that it will fail, and that it has once none of its pods runs any more. */
  const fail = (job: Job, counts: JobPods, { reason, message }: End): void => {
    deleteActive(job, counts);
    const runs = counts.active.length + counts.terminating.length > 0;
    const lost = counts.active.length;
    writeStatus(
      job,
      { ...counts, active: [], terminating: [...counts.terminating, ...counts.active] },
      (status) => {
        setCondition(status, context.now(), { type: 'FailureTarget', status: 'True', reason, message });
        // A pod that is deleted while it runs has failed.
        if (lost > 0 || (job.status.failed ?? 0) > counts.failed.length)
          status.failed = Math.max(job.status.failed ?? 0, counts.failed.length + lost);
        if (!runs) setCondition(status, context.now(), { type: 'Failed', status: 'True', reason, message });
      },
    );
    if (!runs) events(job, 'Warning', reason, message);
  };

  const complete = (job: Job, counts: JobPods): void => {
    writeStatus(job, counts, (status) => {
      const why = { reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
      setCondition(status, context.now(), { type: 'SuccessCriteriaMet', status: 'True', ...why });
      setCondition(status, context.now(), { type: 'Complete', status: 'True', ...why });
      status.completionTime = context.now();
    });
    events(job, 'Normal', 'Completed', 'Job completed');
  };

  const suspend = (job: Job, counts: JobPods): void => {
    deleteActive(job, counts);
    if (!has(job, 'Suspended')) events(job, 'Normal', 'Suspended', 'Job suspended');
    writeStatus(job, { ...counts, active: [] }, (status) => {
      const why = { reason: 'JobSuspended', message: 'Job suspended' };
      setCondition(status, context.now(), { type: 'Suspended', status: 'True', ...why });
      delete status.startTime;
    });
  };

  const start = (job: Job): Job => {
    if (job.status.startTime !== undefined) return job;
    const resumed = has(job, 'Suspended');
    if (resumed) events(job, 'Normal', 'Resumed', 'Job resumed');
    const started = writes.modify<Job>(jobs, job, (draft) => {
      draft.status.startTime = context.now();
      const why = { reason: 'JobResumed', message: 'Job resumed' };
      if (resumed) setCondition(draft.status, context.now(), { type: 'Suspended', status: 'False', ...why });
    });
    return started ?? job;
  };

  const untilDeadline = ({ spec, status }: Job): number =>
    spec.activeDeadlineSeconds === undefined
      ? Number.POSITIVE_INFINITY
      : Date.parse(status.startTime ?? '') + spec.activeDeadlineSeconds * 1_000 - clock.now();

  const endOf = (job: Job, counts: JobPods): End | undefined => {
    const decided = findCondition(job.status.conditions, 'FailureTarget');
    if (decided !== undefined) return { reason: decided.reason ?? '', message: decided.message ?? '' };
    if (isPastBackoffLimit(job, counts))
      return { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
    return untilDeadline(job) <= 0
      ? { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }
      : undefined;
  };

  const isComplete = ({ spec }: Job, { succeeded, active }: JobPods): boolean =>
    spec.completions === undefined
      ? succeeded.length > 0 && active.length === 0
      : succeeded.length >= spec.completions;

  const create = (job: Job, count: number): void => {
    for (let made = 0; made < count; made += 1) {
      try {
        const draft = podFromTemplate(job, job.spec.template, { generateName: `${job.metadata.name}-` });
        const pod = writes.create<Pod>(pods, draft);
        events(job, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        events(job, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
        tools.later(job, 1_000);
        return;
      }
    }
  };

  const runPods = (job: Job, counts: JobPods): void => {
    const missing = wantedPods(job, counts) - counts.active.length;
    const pause = pauseAfterFailures(counts, clock.now());
    if (missing > 0 && pause > 0) tools.later(job, pause);
    else create(job, Math.max(0, missing));
    const untilEnd = untilDeadline(job);
    if (Number.isFinite(untilEnd)) tools.later(job, untilEnd);
  };

  const expire = (job: Job): void => {
    const { ttlSecondsAfterFinished: seconds } = job.spec;
    const finished = (job.status.conditions ?? []).find(
      ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
    );
    if (seconds === undefined || finished === undefined) return;
    const left = Date.parse(finished.lastTransitionTime ?? '') + seconds * 1_000 - clock.now();
    if (left > 0) tools.later(job, left);
    else writes.delete(jobs, job, { propagationPolicy: 'Background' });
  };

  const look = (job: Job): JobPods => sortPods(podsOf(context, job, job.spec.selector));

  return {
    name: 'job-controller',
    keys: ({ resource, object }) => {
      if (resource.key === jobs.key) return [keyOf(object)];
      const owner = controllerOf(object);
      return resource.key === pods.key && owner?.kind === 'Job'
        ? [`${object.metadata.namespace}/${owner.name}`]
        : [];
    },
    sync: (namespace, name) => {
      const found = store.get<Job>(jobs, namespace, name);
      if (found === undefined || isTerminating(found)) return;
      if (isFinished(found)) return expire(found);
      if (found.spec.suspend) return suspend(found, look(found));
      const job = start(found);
      const counts = look(job);
      const end = endOf(job, counts);
      if (end !== undefined) fail(job, counts, end);
      else if (isComplete(job, counts)) complete(job, counts);
      else {
        runPods(job, counts);
        writeStatus(job, look(job));
      }
    },
  };
};
