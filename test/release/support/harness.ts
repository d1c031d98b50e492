import type { Cluster } from '../../../lib/cluster/connect/connect.ts';
import type { Delivery, WorkloadRef } from '../../../lib/cluster/deliver/deliver.ts';
import type { Rollout, RolloutVerdict } from '../../../lib/cluster/watch/watch-rollout.ts';
import type { AppConfig, Config, EnvironmentConfig, SlackConfig } from '../../../lib/config/types.ts';
import { TagboatError } from '../../../lib/errors.ts';
import type { Parsed } from '../../../lib/event.ts';
import { createSlackNotifier } from '../../../lib/notifiers/slack.ts';
import { processQueue } from '../../../lib/release/commit/process-queue.ts';
import { checkImage } from '../../../lib/release/intake/image-wait.ts';
import { intake } from '../../../lib/release/intake/intake.ts';
import { reconcile } from '../../../lib/release/lifecycle/reconcile.ts';
import { notify } from '../../../lib/release/notify/notify.ts';
import { keyOf, type Message } from '../../../lib/release/queue/jobs.ts';
import { pauseRollout } from '../../../lib/release/rollout/pause.ts';
import { watchRelease } from '../../../lib/release/rollout/watch.ts';
import type { Asker, Command } from '../../../lib/slack/commands.ts';
import type { CommandContext } from '../../../lib/slack-app/commands/command-request.ts';
import { runCommand } from '../../../lib/slack-app/commands/run.ts';
import { slackChannel } from '../../slack-app/support/slack-channel.ts';
import { configWith, createContext, digest, production, type Sent } from './context.ts';
import { memoryRepo } from './memory-repo.ts';
import { memoryTable } from './memory-table.ts';

const image = 'docker.io/example/app';
const manifest = `apiVersion: v1
kind: Pod
metadata: { name: x }
spec:
  containers: [{ name: x, image: 'example/app:v1.0.0' }]
`;

export const healthy: RolloutVerdict = { type: 'healthy', message: 'done', notes: [] };
export const crashing: RolloutVerdict = { type: 'failed', reason: 'it crashes', diagnosis: [] };
export const rollingOut: RolloutVerdict = {
  type: 'pending',
  progress: {
    phase: 'rolling-out',
    message: 'Waiting for deployment "app" rollout to finish: 0 of 1 updated replicas are available...',
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'app' },
    updated: 1,
    available: 0,
    desired: 1,
  },
};

export const slack: SlackConfig = {
  signingSecret: 'kms:AAAA',
  allow: { users: ['U024BE7LH', 'U0B0B0B0B'], channels: [] },
  confirm: false,
  timeZone: 'UTC',
};

export const alice: Asker = {
  userId: 'U024BE7LH',
  userName: 'alice',
  channelId: 'C0ONCALL',
  teamId: 'T0',
  responseUrl: 'https://hooks.slack.com/commands/alice',
  triggerId: 't',
};
export const bob: Asker = {
  ...alice,
  userId: 'U0B0B0B0B',
  userName: 'bob',
  responseUrl: 'https://hooks.slack.com/commands/bob',
};

const isPausable = ({ kind }: WorkloadRef): boolean => kind === 'Deployment';

type Extra = { readonly id?: string; readonly confirmed?: boolean; readonly expect?: string };

/**
 * One app with one environment and everything around it: the real steps, record, sources, commands and Slack notifier,
 * with queues that keep what they are given until somebody has `settle` hand it out, and a Git host, a registry and a
 * cluster in memory. The config repo starts with `v1.0.0`.
 * @param text of its one file
 */
export const createHarness = (
  environment: Partial<EnvironmentConfig> = {},
  text = manifest,
  app: Partial<AppConfig> = {},
) => {
  const environments = {
    production: { ...production, files: ['app.yml'], notify: { slack: '#deploys' }, ...environment },
  };
  const config: Config = {
    ...configWith(),
    slack,
    apps: { app: { image, repository: 'github.com/example/app', environments, ...app } },
  };
  const all = createContext(memoryTable(), config);
  const { clock, store } = all;
  const repo = memoryRepo(text);
  const channel = slackChannel();
  const registry = { digests: new Map<string, string | undefined>(), answers: true };
  /** What the next looks at a rollout of a tag find; healthy where nothing is said. */
  const verdicts = new Map<string, RolloutVerdict>();
  /** The tag that the cluster was given last, whether somebody paused it, and the deadlines it was watched with. */
  const cluster = {
    tag: 'v1.0.0',
    paused: false,
    /** False: it stops answering once the commit is made. */
    answers: true,
    /** What it says, once the commit is made, instead of doing what it is asked to. */
    fault: undefined as TagboatError | undefined,
    /** What it says, or does not say, to a delivery before the commit. */
    refusal: undefined as TagboatError | undefined,
    deadlines: [] as number[],
    /** When it was told to restart the workloads. */
    restarts: [] as string[],
    /** Of each delivery that it was asked about before the commit, when the workloads would be restarted. */
    checked: [] as (string | undefined)[],
    /** The part of a delivery that it does not answer. */
    silentOn: undefined as Delivery['part'],
    /** What each delivery and each watch was told of other variants of the image. */
    toldOfVariants: [] as Delivery['isOtherVariant'][],
    /** Whether each watch was one of a restart. */
    watchedRestarts: [] as (boolean | undefined)[],
    /** Of each watch, the digest that its pods have to run. */
    knownDigests: [] as (string | undefined)[],
  };
  const delivered: string[] = [];
  /** Of each delivery: `first`, `rest` or `whole`. */
  const parts: string[] = [];
  const reach = (): void => {
    if (!cluster.answers) throw new TagboatError('cluster-unreachable', 'no answer');
    if (cluster.fault !== undefined) throw cluster.fault;
  };
  const context = {
    ...all.context,
    registry: async () => ({
      digestOf: async (_image: string, tag: string) => {
        if (!registry.answers) throw new TagboatError('registry-unreachable', 'no answer');
        return registry.digests.has(tag) ? registry.digests.get(tag) : digest(tag.at(-1) ?? 'a');
      },
    }),
    openRemote: async () => ({ tip: repo.tip }),
    cluster: async () => ({}) as Cluster,
    preflight:
      async () =>
      async ({ restartedAt }: Pick<Delivery, 'restartedAt'>) => {
        cluster.checked.push(restartedAt);
        if (cluster.refusal !== undefined) throw cluster.refusal;
      },
    deliver: async (
      _cluster: Cluster,
      {
        tag,
        part,
        restartedAt,
        isOtherVariant,
      }: Pick<Delivery, 'tag' | 'part' | 'restartedAt' | 'isOtherVariant'>,
    ) => {
      reach();
      cluster.toldOfVariants.push(isOtherVariant);
      if (part !== undefined && part === cluster.silentOn)
        throw new TagboatError('cluster-unreachable', 'no answer');
      cluster.tag = tag;
      if (restartedAt !== undefined) cluster.restarts.push(restartedAt);
      delivered.push(tag);
      parts.push(part ?? 'whole');
      return part === 'first'
        ? [{ apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs', namespace: 'default', name: 'migrate' }]
        : [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'app' }];
    },
    watchRollout: async (
      _cluster: Cluster,
      {
        tag,
        deadline,
        isRestart,
        workloads,
        isOtherVariant,
        knownDigest,
      }: Pick<Rollout, 'tag' | 'deadline' | 'isRestart' | 'isOtherVariant' | 'workloads' | 'knownDigest'>,
    ) => {
      reach();
      cluster.toldOfVariants.push(isOtherVariant);
      cluster.watchedRestarts.push(isRestart);
      cluster.knownDigests.push(knownDigest);
      cluster.deadlines.push(deadline);
      if (cluster.tag !== tag) return { type: 'superseded', message: 'another image' } as const;
      const found = verdicts.get(tag) ?? healthy;
      const verdict: RolloutVerdict =
        cluster.paused && found.type === 'pending' && workloads.some(isPausable)
          ? { ...found, progress: { ...found.progress, phase: 'paused' } }
          : found;
      const isLate = verdict.type === 'pending' && clock.now() >= deadline;
      return isLate ? ({ type: 'failed', reason: 'not done in time', diagnosis: [] } as const) : verdict;
    },
    setPaused: async (_cluster: Cluster, refs: readonly WorkloadRef[], paused: boolean) => {
      reach();
      if (!refs.some(isPausable)) throw new TagboatError('workload-cannot-pause', 'nothing can be paused');
      const changed = cluster.paused !== paused;
      cluster.paused = paused;
      return refs.map((ref) => ({ ref, changed }));
    },
    notifiers: [createSlackNotifier(async () => channel.client, true)],
  };
  const commands: CommandContext = {
    ...context,
    slack,
    pauseRollout: (request) => pauseRollout(request, context),
  };

  const handle = async ({ body: given }: Sent): Promise<void> => {
    const body = given as Message<'images' | 'rollouts' | 'releases' | 'notifications'>;
    if (body.type === 'process-queue') await processQueue(body.group, context);
    else if (body.type === 'delayed-process-queue')
      await context.jobs.processQueue(body.group, body.deduplication);
    else if (body.type === 'check-image') await checkImage(keyOf(body), body.round, context);
    else if (body.type === 'watch-rollout') await watchRelease(keyOf(body), body.round, 60_000, context);
    else if (body.type === 'state') await notify(keyOf(body), context);
  };
  const waiting: { readonly message: Sent; readonly dueAt: number }[] = [];
  const handled: Sent[] = [];
  const collect = (): void => {
    for (const message of all.sent.splice(0))
      waiting.push({ message, dueAt: clock.now() + (message.delaySeconds ?? 0) * 1000 });
  };
  /** Hands out every message that is due, until none is. */
  const settle = async (): Promise<void> => {
    for (collect(); ; collect()) {
      const next = waiting.findIndex(({ dueAt }) => dueAt <= clock.now());
      const [due] = next < 0 ? [] : waiting.splice(next, 1);
      if (due === undefined) return;
      handled.push(due.message);
      await handle(due.message);
    }
  };
  /** Lets time go by, and hands out what becomes due on the way. */
  const pass = async (ms: number): Promise<void> => {
    const end = clock.now() + ms;
    for (;;) {
      await settle();
      const next = Math.min(...waiting.map(({ dueAt }) => dueAt));
      if (next > end) break;
      clock.advance(next - clock.now());
    }
    clock.advance(end - clock.now());
    await settle();
  };

  /** Takes a webhook in, and lets everything that follows from it happen. */
  const hook = async (parsed: Parsed) => {
    const answer = await intake(parsed, context);
    await settle();
    return answer;
  };

  let asked = 0;
  /** The answer to a command, or to a button where `extra` says so. */
  const answer = async (command: Command, asker: Asker = alice, extra: Extra = {}) => {
    const { id = `request-${++asked}`, ...button } = extra;
    const message = await runCommand(
      { type: 'run', command, asker, id, at: clock.now(), ...button },
      commands,
    );
    await settle();
    return message;
  };
  /** Its first line. */
  const say = async (...given: Parameters<typeof answer>) => (await answer(...given)).text;

  /** Everything that was released, newest first, in a line each: `#2 undo v1.0.0 healthy`. */
  const history = async (): Promise<readonly string[]> =>
    (await store.list('app', 'production')).map(
      ({ number, kind, tag, state }) => `#${number} ${kind} ${tag} ${state}`,
    );
  const newest = async () => (await store.list('app', 'production', { limit: 1 }))[0];
  const held = async () => (await store.holds('app', 'production')).map(({ tag }) => tag).toSorted();
  /** What the config repo and the cluster have. */
  const runs = () => {
    const [, tag] = /app:(v[\d.]+)/.exec(repo.commits.at(-1) ?? '') ?? [];
    return { repo: tag, cluster: cluster.tag };
  };
  return {
    ...all,
    context,
    commands,
    repo,
    channel,
    registry,
    verdicts,
    cluster,
    delivered,
    parts,
    handled,
    settle,
    pass,
    hook,
    answer,
    say,
    history,
    newest,
    held,
    runs,
    reconcile: async () => {
      await reconcile(context);
      await settle();
    },
    /** Hands out again every message that was handled so far. */
    retryEverything: async () => {
      for (const message of handled.splice(0)) await handle(message);
      await settle();
    },
  };
};

export type Harness = ReturnType<typeof createHarness>;
