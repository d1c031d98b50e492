import { Cron } from 'croner';

/**
 * When a schedule of a CronJob is due next, in milliseconds since 1970; undefined where that cannot be told: of `@every 1h`,
 * which counts from the start of the controller, and of what is never due.
 * https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
 * @param timeZone an IANA name
 * @param now milliseconds since 1970
 */
export const nextRun = (schedule: string, timeZone: string, now: number): number | undefined => {
  try {
    return new Cron(schedule, { timezone: timeZone, paused: true }).nextRun(new Date(now))?.getTime();
  } catch {
    return undefined;
  }
};
