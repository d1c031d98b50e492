import { execFile } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createBareRepository } from '../../../infra/local/git-server/create-repository.ts';
import { findButton } from '../../../infra/local/slack/buttons.ts';
import type { SlackMessage } from '../../../infra/local/slack/inbox.ts';
import { type Sender, type Sent, sendCommand, sendPress } from '../../../infra/local/slack/send.ts';
import { startStack } from '../../../infra/local/stack/stack.ts';
import type { Stack, StackOptions } from '../../../infra/local/stack/types.ts';
import type { ReleaseView } from '../../../lib/release/view.ts';

const run = promisify(execFile);

const textsOf = (messages: readonly SlackMessage[]): readonly string[] =>
  messages.map(({ text }) => text).toReversed();

export const githubSecret = 'the secret of the GitHub webhook';
const signingSecret = 'the signing secret of the Slack app';
export const user = 'U024BE7LH';

export type ProjectOptions = Partial<Omit<StackOptions, 'config' | 'port' | 'stateDirectory'>> & {
  readonly image: string;
  readonly repository: string;
  readonly files: Readonly<Record<string, string>>;
  /** Lines of the environment, over the defaults: `{ onFailure: 'undo' }`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Lines of `slack:`, over the defaults: `{ confirm: 'true' }`. */
  readonly slack?: Readonly<Record<string, string>>;
  /** More environments of the app, each with the lines that differ from the first: `{ staging: { namespace: 'staging' } }`. */
  readonly environments?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The kubeconfig's file; the embedded cluster's own where absent. */
  readonly kubeconfig?: string;
};

const tagboatYml = (options: ProjectOptions, repository: string, kubeconfig: string): string => {
  const environment = {
    on: 'tag-push',
    tags: "{ pattern: '.+' }",
    configRepo: 'config',
    files: '[deployment/*.yml]',
    cluster: 'production',
    timeout: '60s',
    notify: "{ slack: '#deploys' }",
    ...options.environment,
  };
  const linesOf = (lines: Readonly<Record<string, string>>, indent: number): string =>
    Object.entries(lines)
      .map(([key, value]) => `${' '.repeat(indent)}${key}: ${value}`)
      .join('\n');
  const slack = {
    signingSecret: 'env:SIGNING_SECRET',
    allow: `{ users: [${user}], channels: [C0DEPLOYS] }`,
    ...options.slack,
  };
  const environments = Object.entries({ production: {}, ...options.environments }).map(
    ([name, lines]) => `      ${name}:\n${linesOf({ ...environment, ...lines }, 8)}`,
  );
  return `
clusters: { production: { kubeconfig: 'file:${kubeconfig}' } }
configRepos: { config: { url: 'file://${repository}', branch: config } }
sources:
  github: { secret: env:GITHUB_SECRET }
  dockerhub: { key: env:DOCKERHUB_KEY }
slack:
${linesOf(slack, 2)}
apps:
  app:
    image: ${options.image}
    repository: ${options.repository}
    environments:
${environments.join('\n')}
`;
};

/**
 * Somebody's own project on a local stack: a tagboat.yml, a bare config repo, and the things its users do. Everything
 * lies in a temporary directory and on a free port.
 */
export const startProject = async (options: ProjectOptions) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tagboat-project-'));
  const bare = path.join(directory, 'config.git');
  await createBareRepository(bare, { branch: 'config', files: options.files });
  const state = path.join(directory, 'state');
  const file = path.join(directory, 'tagboat.yml');
  await writeFile(file, tagboatYml(options, bare, options.kubeconfig ?? path.join(state, 'kubeconfig')));
  const { image, repository, files, environment, environments, slack, kubeconfig, env, ...stackOptions } =
    options;
  const stack: Stack = await startStack({
    clusterTimings: { pullMs: 10, startMs: 10, readyMs: 30, terminateMs: 10 },
    retrySeconds: 1,
    ...stackOptions,
    env: { ...env, GITHUB_SECRET: githubSecret, DOCKERHUB_KEY: 'hub-key', SIGNING_SECRET: signingSecret },
    config: { type: 'file', path: file },
    port: 0,
    stateDirectory: state,
  });
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run('git', ['--git-dir', bare, ...args])).stdout.trimEnd();

  /** A webhook as GitHub sends it. */
  const hook = (payload: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> => {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
    return fetch(`${stack.url}/webhooks/github`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': `sha256=${createHmac('sha256', githubSecret).update(body).digest('hex')}`,
        ...headers,
      },
      body,
    });
  };

  const tagPayload = (tag: string, name = repository.split('/').slice(1).join('/')) => ({
    ref: `refs/tags/${tag}`,
    before: '0'.repeat(40),
    after: 'a'.repeat(40),
    created: true,
    deleted: false,
    head_commit: { id: 'a'.repeat(40) },
    repository: { full_name: name, html_url: `https://github.com/${name}` },
    sender: { login: 'octocat' },
  });

  const releases = async (): Promise<readonly ReleaseView[]> =>
    (
      (await (await fetch(`${stack.url}/releases?app=app&environment=production`)).json()) as {
        releases: ReleaseView[];
      }
    ).releases;

  const sender = { origin: stack.url, signingSecret, user, channel: 'C0DEPLOYS' };
  const outcomeOf = (sent: Sent) => ({
    status: sent.isOk ? 200 : 500,
    text: sent.answer?.text,
    tookMs: sent.tookMs,
    /** What came to its response_url. */
    replies: () =>
      textsOf(stack.slackMessages().filter(({ to, type }) => to === sent.responseId && type === 'response')),
  });
  /** What somebody types. */
  const slash = async (line: string, by: Partial<Sender> = {}) =>
    outcomeOf(await sendCommand({ ...sender, ...by }, line));
  /** Presses the button of that name in the newest message that has one. */
  const press = async (text: string, by: Partial<Sender> = {}, messages = stack.slackMessages()) => {
    const found = findButton(text, messages);
    if ('problem' in found) throw new Error(found.problem);
    return outcomeOf(await sendPress({ ...sender, ...by }, found));
  };

  return {
    stack,
    directory,
    bare,
    git,
    hook,
    tagPayload,
    pushTag: (tag: string) => hook(tagPayload(tag)),
    releases,
    slash,
    press,
    /** What stands in the channel, oldest first. */
    channel: () => textsOf(stack.slackMessages().filter(({ type }) => type === 'message')),
    commits: async () => Number(await git('rev-list', '--count', 'config')),
    close: async () => {
      await stack.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

export type Project = Awaited<ReturnType<typeof startProject>>;

export const deployment = (
  name: string,
  image: string,
  replicas = 2,
): string => `# ${name}: the tag is written by Tagboat
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
    replicas:   ${replicas}
    progressDeadlineSeconds: 60
    selector: {matchLabels: {app: ${name}}}
    template:
        metadata: {labels: {app: ${name}}}
        spec:
            containers:
            - name:  ${name}
              image: "${image}"   # <- here
            - {name: proxy, image: 'example/proxy:v1'}
`;
