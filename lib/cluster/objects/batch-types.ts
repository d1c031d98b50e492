/** The fields of a Job or CronJob of batch/v1 that are looked at here and that a workload of apps/v1 does not have. */
export type BatchSpec = {
  readonly parallelism?: number;
  readonly completions?: number;
  readonly suspend?: boolean;
  /** CronJob: five fields, `@daily` and the like, or `@every 1h`. */
  readonly schedule?: string;
  /** CronJob: an IANA name; absent: the zone of the controller, which is UTC nearly everywhere. */
  readonly timeZone?: string;
};

export type BatchStatus = {
  readonly active?: number;
  readonly succeeded?: number;
  readonly failed?: number;
};
