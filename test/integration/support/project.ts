import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { createBareRepository } from '../../../infra/local/emulators/git-server/create-repository.ts';
import { findButton } from '../../../infra/local/emulators/slack/client/buttons.ts';
import {
  type Sender,
  type Sent,
  sendCommand,
  sendPress,
} from '../../../infra/local/emulators/slack/client/send.ts';
import type { SlackMessage } from '../../../infra/local/emulators/slack/server/server.ts';
import { startStack } from '../../../infra/local/stack/stack.ts';
import type { Stack, StackOptions } from '../../../infra/local/stack/types.ts';
import type { ApiRelease } from '../../../lib/release/api/view.ts';
import { hangMs } from '../../../vitest.config.ts';
import { readJson } from './answers.ts';
import { postHook, tagPayload } from './github.ts';
import { type KeptLog, keepLog } from './log.ts';
import { type AppOptions, type Settings, tagboatYml } from './tagboat-yml.ts';

export { type AppOptions, deployment, exampleApp } from './tagboat-yml.ts';

const run = promisify(execFile);

const textsOf = (messages: readonly SlackMessage[]): readonly string[] =>
  messages.map(({ text }) => text).toReversed();

export const githubSecret = 'the secret of the GitHub webhook';
export const signingSecret = 'the signing secret of the Slack app';
export const user = 'U024BE7LH';

type Chosen =
  | 'clusterTimings'
  | 'retrySeconds'
  | 'requests'
  | 'deliverTwice'
  | 'schedules'
  | 'clock'
  | 'random'
  | 'env';

export type ProjectOptions = Partial<Pick<StackOptions, Chosen>> &
  Partial<Omit<Settings, 'user' | 'apps'>> & {
    /** The kubeconfig's file of the cluster `production`; the embedded cluster's own where absent. */
    readonly kubeconfig?: string;
  } & (AppOptions | { readonly apps: Settings['apps'] });

/** Starts a stack; where that fails its log is shown. */
const start = async (options: StackOptions, log: KeptLog, directory: string): Promise<Stack> => {
  try {
    return await startStack({ ...options, logger: log.logger });
  } catch (error) {
    log.print();
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
};

/**
 * A project of one's own on a local stack: a tagboat.yml, a bare config repo, and the things its users do. Everything
 * lies in a temporary directory and on a free port.
 */
export const startProject = async (options: ProjectOptions) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tagboat-project-'));
  const bare = path.join(directory, 'config.git');
  const apps = 'apps' in options ? options.apps : { app: options };
  const files = Object.assign({}, ...Object.values(apps).map((app) => app.files)) as AppOptions['files'];
  await createBareRepository(bare, { branch: 'config', files });
  const state = path.join(directory, 'state');
  const file = path.join(directory, 'tagboat.yml');
  const { clusterTimings, retrySeconds, requests, deliverTwice, schedules, clock, random, env } = options;
  const settings = {
    user,
    slack: options.slack,
    sources: options.sources,
    apps,
    configRepos: { config: { path: bare, branch: 'config' }, ...options.configRepos },
    clusters: {
      production: options.kubeconfig ?? path.join(state, 'kubeconfig'),
      ...options.clusters,
    },
  };
  await writeFile(file, tagboatYml(settings));
  const log = keepLog();
  const stack = await start(
    {
      clusterTimings: clusterTimings ?? { pullMs: 10, startMs: 10, readyMs: 30, terminateMs: 10 },
      retrySeconds: retrySeconds ?? 1,
      ...(requests === undefined ? {} : { requests }),
      ...(deliverTwice === undefined ? {} : { deliverTwice }),
      ...(schedules === undefined ? {} : { schedules }),
      ...(clock === undefined ? {} : { clock }),
      ...(random === undefined ? {} : { random }),
      env: { ...env, GITHUB_SECRET: githubSecret, DOCKERHUB_KEY: 'hub-key', SIGNING_SECRET: signingSecret },
      config: { type: 'file', path: file },
      port: 0,
      stateDirectory: state,
    },
    log,
    directory,
  );
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run('git', ['--git-dir', bare, ...args])).stdout.trimEnd();

  /** A webhook as GitHub sends it. */
  const hook = (payload: unknown, headers?: Readonly<Record<string, string>>): Promise<Response> =>
    postHook(stack.url, githubSecret, payload, headers);

  const sender = { origin: stack.url, signingSecret, user, channel: 'C0DEPLOYS' };
  /** What came to a response_url, oldest first. */
  const repliesTo = ({ responseId }: Sent): readonly string[] =>
    textsOf(stack.slackMessages().filter(({ to, type }) => to === responseId && type === 'response'));
  const outcomeOf = (sent: Sent) => ({
    status: sent.isOk ? 200 : 500,
    text: sent.answer?.text,
    tookMs: sent.tookMs,
    replies: () => repliesTo(sent),
  });
  /** What a person types: the answer, also where it comes from the worker, and what is said after it. */
  const slash = async (line: string, by: Partial<Sender> = {}) => {
    const sent = await sendCommand({ ...sender, ...by }, line);
    const acknowledged = outcomeOf(sent);
    if (!String(acknowledged.text).startsWith('Received: ')) return acknowledged;
    await expect.poll(() => repliesTo(sent).length, { timeout: hangMs }).toBeGreaterThan(0);
    const [text] = repliesTo(sent);
    return { ...acknowledged, text, replies: () => repliesTo(sent).slice(1) };
  };

  /** One of its apps, and what comes of it. */
  const app = (name: string) => {
    const configured = apps[name];
    if (configured === undefined) throw new Error(`the project has no app ${name}`);
    const repositoryName = configured.repository.split('/').slice(1).join('/');
    const releases = async (): Promise<readonly ApiRelease[]> => {
      const response = await fetch(`${stack.url}/releases?app=${name}&environment=production`);
      return (await readJson<{ readonly releases: readonly ApiRelease[] }>(response)).releases;
    };
    const pushTag = (tag: string) => hook(tagPayload(tag, repositoryName));
    // An app's name is no ordinary word: one called `asked` would be found in "asked for by …".
    const isAbout = ({ text, body }: SlackMessage): boolean =>
      `${text} ${JSON.stringify(body)}`.match(/[\w-]+/g)?.includes(name) ?? false;
    return {
      name,
      image: configured.image,
      tagPayload: (tag: string, repository = repositoryName) => tagPayload(tag, repository),
      pushTag,
      pushImages: async (...tags: readonly string[]): Promise<void> => {
        for (const tag of tags) await stack.registry.push(configured.image, tag);
      },
      /** Newest first. */
      releases,
      /** Releases these tags, one after the other. */
      release: async (...tags: readonly string[]): Promise<void> => {
        for (const tag of tags) {
          await readJson(await pushTag(tag), 202);
          await stack.idle();
        }
      },
      history: async () => (await releases()).map(({ kind, tag, state: is }) => `${kind} ${tag} ${is}`),
      /** What Slack shows of it, newest first. */
      slackMessages: () => stack.slackMessages().filter(isAbout),
      /** What stands in the channel of it, oldest first. */
      channel: () =>
        textsOf(
          stack
            .slackMessages()
            .filter(({ type, text }) => type === 'message' && text.startsWith(`${name} → `)),
        ),
      /** Presses the button of that name in the newest message that has one. */
      press: async (
        text: string,
        by: Partial<Sender> = {},
        messages = stack.slackMessages().filter(isAbout),
      ) => {
        const found = findButton(text, messages);
        if ('problem' in found) throw new Error(found.problem);
        return outcomeOf(await sendPress({ ...sender, ...by }, found));
      },
      manifest: () => git('show', `config:${Object.keys(configured.files)[0]}`),
      /** How many commits there are, with the one that began the config repo. */
      commits: async () =>
        Number(await git('rev-list', '--count', 'config', '--', ...Object.keys(configured.files))),
    };
  };

  return {
    ...app(Object.keys(apps)[0] ?? ''),
    /** Of the whole config repo. */
    commits: async () => Number(await git('rev-list', '--count', 'config')),
    stack,
    log,
    directory,
    bare,
    git,
    hook,
    slash,
    app,
    close: async () => {
      await stack.close();
      await rm(directory, { recursive: true, force: true });
      log.assertAllowed();
    },
  };
};

export type Project = Awaited<ReturnType<typeof startProject>>;
export type App = ReturnType<Project['app']>;
