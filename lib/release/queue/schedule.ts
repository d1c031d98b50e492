/**
 * Every delay, lease, grace and attempt limit of a release's steps, so that they can be read side by side. Names end in
 * their unit. What has to fit infra/aws/queues.yml and serverless.yml is held to them by
 * test/architecture/schedule.test.ts. What tagboat.yml decides (`timeout`, `imageTimeout`) is not here, and neither is
 * how long one network call may take, nor the ten minutes in which a second user's `/undo` has to name its tag, which is a
 * rule of lib/release/model/undo-plan.ts.
 */

// Jobs that are lost: the outbox and reconcile.

/**
 * How long a job that is due may lie in its queue before a function receives it, in a deployment that is not behind.
 * Seconds are usual; this is what the next two leave for it.
 */
export const queueLagMs = 30_000;

/**
 * How long after its job is due reconcile leaves an entry of the outbox's `work#…` and `images` lists alone: the job may be
 * late, and a function may be working on it. One that died leaves its message hidden for longer than this, six times what
 * the function may take; another job is sent meanwhile, and the message, when it comes back, finds the step done.
 */
export const pickUpMs = 120_000;

/** The same for the `rollouts` list, after the end of a watch: more rollouts may wait than are watched at the same time. */
export const unwatchedMs = 210_000;

/**
 * How often reconcile sends the job of one entry, with the same wait after each, before the release fails with `given-up`. That
 * is 40 minutes, and 70 for a rollout, and by then the first of these jobs is in a dead-letter queue, whose alarm says why.
 */
export const maxResends = 20;

/**
 * For how long an invocation has a command for itself: longer than it may last, and not until the queue delivers the
 * command again.
 */
export const commandLeaseMs = 70_000;

/** How old a command may be: Slack takes an answer into a response_url for 30 minutes, and a command without an answer is not wanted. */
export const commandMaxAgeMs = 30 * 60_000;

/**
 * How often the queue `commands` delivers one command, six minutes apart: at the last time the user is told what went wrong,
 * while Slack still takes an answer.
 */
export const commandMaxReceives = 5;

// Hooks that GitHub could not deliver.

/** How old a delivery may be that GitHub is asked to make again. It could for three days; a tag that old is not wanted by itself. */
export const redeliveryMaxAgeMs = 24 * 3600_000;

/** Minutes from an attempt to the next: an outage that lasts is not asked about often, and one that is over soon costs little. */
const redeliveryWaits = [1, 5, 15, 60, 180, 360] as const;

/** How often GitHub is asked to deliver one event again: over ten hours. */
export const maxRedeliveries = redeliveryWaits.length;

/** @param count 0, 1, 2 …: how often it was asked before */
export const redeliveryWaitMs = (count: number): number =>
  (redeliveryWaits[Math.min(count, redeliveryWaits.length - 1)] ?? 360) * 60_000;

/** How long after it was asked for a delivery counts as the one that was asked for; after that somebody pressed a button. */
export const redeliveryArrivesMs = 10 * 60_000;

/** How far GitHub's clock may be ahead, and how long after the hook was received it may have written its time down. */
export const redeliverySkewMs = 60_000;

// Hooks that say when it was that something was pushed.

/** From this age on a push counts as late: what was pushed since may be released already. Seconds are usual. */
export const latePushMs = 120_000;

/**
 * The longest that an event can have been on its way: Pub/Sub keeps one for seven days by default, EventBridge tries for one. An older
 * time is that of a clock that is wrong, or of an example.
 */
export const pushMaxAgeMs = 8 * 24 * 3600_000;

/** How far the clock of a registry may be off. */
export const pushSkewMs = 5_000;

// What no hook announced.

/**
 * How much earlier than its interval says an app may be looked at: the invocations of a schedule come some seconds sooner or later.
 * @param everyMs the interval
 */
export const lookSlackMs = (everyMs: number): number => Math.min(everyMs / 2, 20_000);

/** What `discover` keeps of an invocation's time for the look that it is at: the longest that two hosts can take to answer. */
export const lookMs = 60_000;

// Steps that fail for a passing reason.

/** How often a step is tried before the release fails: with the delays between them, about four minutes. */
export const maxAttempts = 8;

const maxBackoffSeconds = 120;
/** What a Retry-After may ask for at most: a message in SQS can be delayed by 15 minutes. */
const maxRetryAfterSeconds = 900;

/**
 * How long to wait before the next attempt.
 * @param attempt 1, 2, 3 …: 2, 4, 8 … 120 seconds, so that a short fault costs little and a long one few requests
 * @param retryAfterSeconds what the server asked for
 */
export const backoffSeconds = (attempt: number, retryAfterSeconds: number | undefined): number =>
  Math.max(
    Math.min(maxBackoffSeconds, 2 ** Math.min(attempt, 7)),
    Math.min(retryAfterSeconds ?? 0, maxRetryAfterSeconds),
  );

/**
 * How long a release waits for the Job of an earlier one to end before it fails: an hour, or longer where the environment's
 * rollouts may take longer.
 * @param timeoutSeconds the environment's
 */
export const jobWaitMs = (timeoutSeconds = 0): number => Math.max(3600, timeoutSeconds) * 1000;

/** How often one invocation reads a branch again because another client pushed to it first. */
export const maxCommitRounds = 10;

// Polling.

/**
 * Seconds from one poll to the next: they grow, since what has taken long is likely to take longer. The image is asked
 * for a little later, since CI usually pushes it some seconds after the Git tag; a rollout that is watched again has
 * used up an invocation already.
 */
const pollDelays = {
  image: [2, 3, 5, 10, 15, 30, 60],
  rollout: [1, 2, 5, 10, 20, 30, 60],
} as const;

/** @param round 0, 1, 2 …: how often it was polled before */
export const pollDelaySeconds = (what: keyof typeof pollDelays, round: number): number =>
  pollDelays[what][Math.min(round, pollDelays[what].length - 1)] ?? 60;

/** How long a webhook waits for the registry's answer before the image poller asks instead: GitHub gives up at 10 s. */
export const webhookRegistryMs = 2_000;

/**
 * What a webhook keeps of its time to put the hook on the queue `hooks` where the table does not answer: enough for three
 * attempts, so that the sender still has its answer before it gives up.
 */
export const deferHookMs = 3_000;

/**
 * How long a registry that does not answer is asked for a tag that a user named. Not for the environment's
 * `imageTimeout`, which is the time a CI build may take: the user waits for an answer.
 */
export const namedImageSeconds = 60;

/** What the rollout poller keeps of an invocation's time, to record the outcome and send the next job. */
export const invocationMarginMs = 10_000;

/** How long one watch of a paused rollout takes: nothing changes before it is resumed, and resuming sends a job. */
export const pausedWatchMs = 10_000;

/** The longest delay of a message in SQS. */
const maxDelaySeconds = 900;

/**
 * Seconds from one look at a rollout that waits for a person to the next: a sixtieth of the time that it has waited, so that
 * the end of a wait is seen late by that at most, and one of days costs a hundred looks a day.
 * @param round how often it was watched before
 * @param waitedMs since when it waits for a person
 */
export const pausedPollSeconds = (round: number, waitedMs: number): number =>
  Math.min(maxDelaySeconds, Math.max(pollDelaySeconds('rollout', round), Math.floor(waitedMs / 60_000)));

/** How long a rollout waits for a person before people are reminded of it, and how long from one reminder to the next. */
export const reminderMs = 24 * 60 * 60_000;

/** How long after a rollout's deadline an API server may fail to answer before the release fails. */
export const unreachableGraceMs = 120_000;

/** How long a controller may take to see `spec.paused` that was set from Slack; its status says otherwise till then. */
export const pauseSettlesMs = 30_000;

// What users see meanwhile.

/** Between two writes of a rollout's progress: GET /releases need not be newer, and a write costs money. */
export const progressWriteMs = 1_000;

/** Between two notifications about a rollout in the same phase: Slack limits how often a message may be edited. */
export const progressNotifyMs = 15_000;

/**
 * For how long an invocation has a notifier for itself: longer than it may last, so that the lease of one that still
 * runs never ends; not longer than the queue's visibility timeout, so that the lease of one that died has ended when
 * its job is delivered again.
 */
export const notifyLeaseMs = 60_000;

/** How often, and how long apart, an invocation tries for that lease before its job goes back to the queue. */
export const notifyLeaseTries = 20;
export const notifyLeaseRetryMs = 250;
