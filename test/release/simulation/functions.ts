import { monotonicFactory } from 'ulid';
import { toQueueEvent } from '../../../infra/local/runtime/queues/event.ts';
import type { Cluster } from '../../../lib/cluster/connect/connect.ts';
import { TagboatError } from '../../../lib/errors.ts';
import { handleBatch } from '../../../lib/queues/batch.ts';
import type { QueueName, Queues } from '../../../lib/queues/queues.ts';
import { processQueue } from '../../../lib/release/commit/process-queue.ts';
import { checkImage } from '../../../lib/release/intake/image-wait.ts';
import { intakeDeferred } from '../../../lib/release/intake/intake-deferred.ts';
import { intakeOrDefer } from '../../../lib/release/intake/intake-or-defer.ts';
import { reconcile } from '../../../lib/release/lifecycle/reconcile.ts';
import { notify } from '../../../lib/release/notify/notify.ts';
import { createJobs, keyOf, parseMessage } from '../../../lib/release/queue/jobs.ts';
import { createLeases } from '../../../lib/release/record/lease.ts';
import { createStore } from '../../../lib/release/record/store.ts';
import { watchRelease } from '../../../lib/release/rollout/watch.ts';
import { withUndo } from '../../../lib/release/undo/request-undo.ts';
import { parseCommandJob } from '../../../lib/slack-app/command-job.ts';
import { processRequest } from '../../../lib/slack-app/process-request.ts';
import { createRequestLog } from '../../../lib/slack-app/request-log.ts';
import { scannedLogger } from '../../support/scanned-log.ts';
import { slack } from '../support/harness.ts';
import type { Hook } from './hooks.ts';
import type { Invocation } from './invocation.ts';
import type { Held } from './queue.ts';
import type { Services } from './services.ts';

const logger = scannedLogger();

/** Everything that a step works with, as one invocation reaches it. */
const contextOf = (services: Services, { reach, clock, random }: Invocation) => {
  const ulid = monotonicFactory(random.next);
  const newId = (now = clock.now()) => ulid(now);
  const table = reach(services.table, 'store-unreachable', { repeats: true });
  const queues: Queues = reach(services.queues, 'queue-unreachable', { repeats: true });
  const store = createStore({ table, clock, newId });
  const leases = createLeases({ table, clock, newId });
  const cluster = reach(services.cluster.seenBy(clock), 'cluster-unreachable');
  const registry = reach(services.registry, 'registry-unreachable');
  const context = {
    ...{ config: services.project.config, clock, logger, newId, store, leases, queues },
    jobs: createJobs(queues),
    registry: async () => registry,
    openRemote: async (name: string) => {
      const host = reach({ tip: services.repo(name).tip }, 'git-unreachable');
      return {
        tip: async (options?: { readonly fresh?: boolean }) => {
          const snapshot = await host.tip(options);
          return { ...snapshot, commit: reach({ commit: snapshot.commit }, 'git-unreachable').commit };
        },
      };
    },
    cluster: async () => ({}) as Cluster,
    preflight: async () => async () => {},
    deliver: (_: Cluster, delivery: Parameters<typeof cluster.deliver>[0]) => cluster.deliver(delivery),
    watchRollout: (_: Cluster, rollout: Parameters<typeof cluster.watchRollout>[0]) =>
      cluster.watchRollout(rollout),
    setPaused: (_: Cluster, refs: Parameters<typeof cluster.setPaused>[0]) => cluster.setPaused(refs),
    notifiers: [reach(services.notifier, 'notifier-failed')].map((one) => ({
      name: 'people',
      concerns: () => true,
      tell: one.tell,
    })),
  };
  const serving = {
    ...context,
    slack,
    requests: createRequestLog(leases),
    pauseRollout: async () => {
      throw new TagboatError('command-invalid', 'nobody pauses anything here');
    },
    respond: reach(services.slack, 'notifier-failed').respond,
  };
  return { ...withUndo(context), serving };
};

type StepContext = ReturnType<typeof contextOf>;

/** What the function that reads a queue does with a message: functions/ has the same, around the same calls. */
const readers = {
  releases: async (body, context, { runs }) => {
    const { group } = parseMessage('releases', body);
    const run = runs.get(group) ?? processQueue(group, context);
    runs.set(group, run);
    await run;
  },
  rollouts: async (body, context, { remainingMs }) => {
    const message = parseMessage('rollouts', body);
    await watchRelease(keyOf(message), message.round, remainingMs(), context);
  },
  images: async (body, context) => {
    const message = parseMessage('images', body);
    if (message.type === 'delayed-process-queue')
      await context.jobs.processQueue(message.group, message.deduplication);
    else await checkImage(keyOf(message), message.round, context);
  },
  notifications: (body, context) => notify(keyOf(parseMessage('notifications', body)), context),
  commands: (body, { serving }, { isLastTry }) => processRequest(parseCommandJob(body), isLastTry, serving),
  hooks: (body, context) => intakeDeferred(body, (parsed) => parsed, context),
} as const satisfies Record<
  QueueName,
  (
    body: string,
    context: StepContext,
    rest: {
      readonly runs: Map<string, Promise<void>>;
      readonly remainingMs: () => number;
      readonly isLastTry: boolean;
    },
  ) => Promise<void>
>;

/** Reads a batch as the deployed function does. @returns the ids of the messages that come back */
export const readBatch = async (
  queue: QueueName,
  batch: readonly Held[],
  services: Services,
  invocation: Invocation,
  limits: { readonly timeoutMs: number; readonly maxReceives: number },
): Promise<ReadonlySet<number>> => {
  const { clock } = invocation;
  const context = contextOf(services, invocation);
  const end = clock.now() + limits.timeoutMs;
  const runs = new Map<string, Promise<void>>();
  const messages = batch.map(({ id, body, group, receives }) => ({
    MessageId: String(id),
    Body: body,
    Attributes: {
      ApproximateReceiveCount: String(receives),
      ...(group === undefined ? {} : { MessageGroupId: group }),
    },
  }));
  const event = toQueueEvent(messages, {
    arn: `arn:aws:sqs:eu-central-1:0:${queue}`,
    region: 'eu-central-1',
  });
  const { batchItemFailures } = await handleBatch(event, logger, ({ body, attributes }) =>
    readers[queue](body, context, {
      runs,
      remainingMs: () => end - clock.now(),
      isLastTry: Number(attributes.ApproximateReceiveCount) >= limits.maxReceives,
    }),
  );
  return new Set(batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier)));
};

export const receiveHook = ({ event }: Hook, services: Services, invocation: Invocation) =>
  intakeOrDefer(
    { events: [event], ignored: [] },
    { source: event.source, requestId: event.delivery, receivedAt: invocation.clock.now() },
    contextOf(services, invocation),
  );

export const runReconcile = (services: Services, invocation: Invocation) =>
  reconcile(contextOf(services, invocation));
