import { monotonicFactory } from 'ulid';
import { slackSignature, slashCommandBody } from '../../../infra/local/emulators/slack/client/command.ts';
import { interactionBody } from '../../../infra/local/emulators/slack/client/interaction.ts';
import { actorText } from '../../../lib/actor.ts';
import { TagboatError } from '../../../lib/errors.ts';
import type { RawRequest } from '../../../lib/http.ts';
import type { Queues } from '../../../lib/queues/queues.ts';
import { createJobs } from '../../../lib/release/queue/jobs.ts';
import { createLeases } from '../../../lib/release/record/lease.ts';
import { createStore } from '../../../lib/release/record/store.ts';
import { encodeAction } from '../../../lib/slack/action.ts';
import type { Action } from '../../../lib/slack/commands.ts';
import type { SlackMessage } from '../../../lib/slack/messages.ts';
import { type CommandJob, parseCommandJob, sendCommandJob } from '../../../lib/slack-app/command-job.ts';
import { handleRequest } from '../../../lib/slack-app/handle-request.ts';
import { processRequest } from '../../../lib/slack-app/process-request.ts';
import { createRequestLog } from '../../../lib/slack-app/request-log.ts';
import type { RequestContext, WorkerContext } from '../../../lib/slack-app/slack-context.ts';
import type { Table } from '../../../lib/store/table.ts';
import { configWith, requestFor } from '../../release/support/context.ts';
import { memoryTable } from '../../release/support/memory-table.ts';
import { virtualClock } from '../../release/support/virtual-clock.ts';
import { scannedLogger } from '../../support/scanned-log.ts';

export const signingSecret = 'the signing secret';
export const responseUrl = 'https://hooks.slack.com/commands/1';
const user = 'U024BE7LH';
const channel = 'C0DEPLOYS';

export type Pace = 'fast' | 'slow' | 'failing';
/** What becomes of a slow call: its effect comes with its answer; long before it; or never, since the sandbox froze. */
export type Landing = 'late' | 'at once' | 'never';
export type Paces = { kms: Pace; table: Pace; queue: Pace };

const fastMs = 10;
const slowMs = 10_000;
const visibilityMs = 90_000;

/** What Slack signs. @param at seconds since 1970 */
export const sign = (body: string, at: number, secret = signingSecret): string =>
  slackSignature(secret, body, at);

export const typed = (line: string, by: { readonly user?: string } = {}): string =>
  slashCommandBody({ line, user: by.user ?? user, channel, responseUrl });

export const pressed = (action: Action, ephemeral = false): string =>
  interactionBody({
    message: { ts: '1795392000.000100', ephemeral, text: 'text', body: {} },
    button: { actionId: 'tagboat-0', blockId: 'b', text: 'Undo', value: encodeAction(action) },
    user,
    channel,
    responseUrl,
    now: 1_795_392_000_000,
  } as unknown as Parameters<typeof interactionBody>[0]);

/** What Slack would be told about an app of which v1.0.0 and then v1.1.0 were released, with parts as slow as one likes. */
export const createSlackFixture = async (memory: Table = memoryTable()) => {
  const clock = virtualClock();
  const paces: Paces = { kms: 'fast', table: 'fast', queue: 'fast' };
  let landing: Landing = 'late';
  const at = async <T>(pace: Pace, failure: () => TagboatError, act: () => Promise<T> | T): Promise<T> => {
    const landed = landing;
    if (pace !== 'slow') await clock.sleep(fastMs);
    if (pace === 'failing') throw failure();
    if (pace === 'fast') return act();
    if (landed === 'at once') {
      const outcome = await act();
      await clock.sleep(slowMs);
      return outcome;
    }
    await clock.sleep(slowMs);
    return landed === 'late' ? act() : new Promise<never>(() => undefined);
  };
  const unreachable = () => new TagboatError('store-unreachable', 'the release table did not answer');
  const slow =
    <A extends readonly unknown[], R>(act: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      at(paces.table, unreachable, () => act(...args));
  const table: Table = {
    get: slow(memory.get),
    put: slow(memory.put),
    remove: slow(memory.remove),
    increment: slow(memory.increment),
    query: slow(memory.query),
    findById: slow(memory.findById),
  };

  const messages: { job: CommandJob; at: number; receives: number }[] = [];
  const queues: Queues = {
    send: (queue, body) =>
      at(
        paces.queue,
        () => new TagboatError('queue-unreachable', 'the queue did not take a message'),
        () => {
          if (queue !== 'commands') return;
          const job = parseCommandJob(JSON.stringify(body));
          // At least once: this one comes twice.
          for (let copy = 0; copy < 2; copy++) messages.push({ job, at: clock.now(), receives: 0 });
        },
      ),
  };

  const random = ((seed) => () => {
    seed = (seed * 16807 + 11) % 2147483647;
    return seed / 2147483647;
  })(7919);
  const ulid = monotonicFactory(random);
  const newId = (now = clock.now()) => ulid(now);
  const responses: SlackMessage[] = [];
  const slack = {
    signingSecret: 'kms:AAAA',
    allow: { users: [user, 'U0BOB'], channels: [channel] },
    confirm: false,
    timeZone: 'UTC',
  };
  const store = createStore({ table, clock, newId });
  const requests = createRequestLog(createLeases({ table, clock, newId }));
  const config = { ...configWith(), slack };
  const context: RequestContext = {
    config,
    slack,
    clock,
    logger: scannedLogger(),
    requests,
    signingSecret: () =>
      at(
        paces.kms,
        () => new TagboatError('kms-unreachable', 'KMS did not answer'),
        () => signingSecret,
      ),
    enqueue: (job, signal) => sendCommandJob(queues, job, signal),
  };
  const worker: WorkerContext = {
    config,
    slack,
    clock,
    newId,
    logger: scannedLogger(),
    store,
    jobs: createJobs(queues),
    requests,
    pauseRollout: async () => ({ workloads: ['Deployment default/okeydokey'], changed: true }),
    respond: async (_url, message) => {
      responses.push(message);
    },
  };

  /** One that went well, and stands. */
  const released = async (tag: string): Promise<void> => {
    const { release } = await store.record({ ...requestFor(tag), claim: tag }, 'work#nobody', clock.now());
    for (const state of ['committed', 'rolling-out', 'healthy'] as const)
      await store.advance(release, state, { commit: 'c0ffee' });
    await clock.sleep(1_000);
  };
  await clock.run(released('v1.0.0'));
  await clock.run(released('v1.1.0'));

  const request = (body: string, change: Readonly<Record<string, string>> = {}): RawRequest => {
    const timestamp = String(Math.floor(clock.now() / 1000));
    return {
      method: 'POST',
      path: body.startsWith('payload=') ? '/slack/interactions' : '/slack/commands',
      query: {},
      headers: {
        'x-slack-signature': sign(body, Number(timestamp)),
        'x-slack-request-timestamp': timestamp,
        ...change,
      },
      body: Buffer.from(body),
    };
  };

  /** What is answered, and how many milliseconds after it arrived. */
  const arrive = (signed: RawRequest, withinMs = 2_500, change: Partial<RequestContext> = {}) => {
    const arrivedAt = clock.now();
    return handleRequest(signed, arrivedAt, arrivedAt + withinMs, { ...context, ...change }).then(
      (message) => ({ answer: message?.text, ms: clock.now() - arrivedAt }),
      (error: unknown) => ({
        answer: error instanceof TagboatError ? error.code : String(error),
        ms: clock.now() - arrivedAt,
      }),
    );
  };

  const takeMessages = async (): Promise<void> => {
    const due = messages.filter((message) => message.at <= clock.now());
    await Promise.all(
      due.map(async (message) => {
        message.at = clock.now() + visibilityMs;
        message.receives += 1;
        try {
          await processRequest(message.job, message.receives >= 4, worker);
        } catch {
          if (message.receives < 4) return;
        }
        messages.splice(messages.indexOf(message), 1);
      }),
    );
  };

  /** The worker, for that long. */
  const letPass = async (ms: number): Promise<void> => {
    const end = clock.now() + ms;
    while (clock.now() < end) {
      await takeMessages();
      await clock.sleep(1_000);
    }
  };

  return {
    clock,
    context,
    worker,
    takeMessages,
    store,
    table,
    messages,
    responses,
    request,
    arrive: (...args: Parameters<typeof arrive>) => clock.run(arrive(...args)),
    /** Without waiting for it. */
    start: arrive,
    letPass: (ms: number) => clock.run(letPass(ms)),
    released: (tag: string) => clock.run(released(tag)),
    pace: (now: Partial<Paces>, whatBecomesOfSlowCalls: Landing = 'late') => {
      Object.assign(paces, now);
      landing = whatBecomesOfSlowCalls;
    },
    /** The undos, newest first, and what is held. */
    end: () =>
      clock.run(
        (async () => ({
          undos: (await store.list('okeydokey', 'production'))
            .filter(({ kind }) => kind === 'undo')
            .map(({ tag, requestedBy }) => `${tag} for ${actorText(requestedBy)}`),
          held: (await store.holds('okeydokey', 'production')).map(({ tag }) => tag),
        }))(),
      ),
  };
};

export type SlackFixture = Awaited<ReturnType<typeof createSlackFixture>>;
