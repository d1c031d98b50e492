import { createHmac, randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { prepare } from '../../../infra/local/play/prepare.ts';
import { chooseTarget, until } from '../../../infra/local/play/target.ts';
import { sendCommand } from '../../../infra/local/slack/send.ts';
import { startStack } from '../../../infra/local/stack/stack.ts';
import type { Stack, StackOptions } from '../../../infra/local/stack/types.ts';
import { isUnderWay } from '../../../lib/release/release.ts';
import type { ReleaseView } from '../../../lib/release/view.ts';

/** Pods that need next to no time. */
export const fastPods = { pullMs: 5, startMs: 5, readyMs: 5, terminateMs: 5 };

/** A stack for one test: temporary state, a free port, no schedules, retries at once. */
export const startTestStack = async (options: Partial<StackOptions> = {}): Promise<Stack> => {
  const stack = await startStack({
    stateDirectory: undefined,
    port: 0,
    clusterTimings: fastPods,
    retrySeconds: 0,
    ...options,
  });
  onTestFinished(() => stack.close());
  return stack;
};

/** The example with its version v0.0.3 in registry and cluster, and the image of the next one pushed. */
export const startExample = async (options: Partial<StackOptions> = {}) => {
  const stack = await startTestStack(options);
  const target = chooseTarget(stack);
  const { next } = await prepare(stack, target);
  await stack.registry.push(target.imagePath, next);
  return { stack, target, next };
};

export type Answer = {
  readonly status: number;
  readonly body: {
    readonly releases?: readonly { readonly id: string; readonly state: string; readonly created: boolean }[];
    readonly skipped?: readonly { readonly reason: string }[];
    readonly error?: { readonly code: string; readonly message: string };
  };
};

/** Sends a GitHub webhook, signed with the secret of the example unless told otherwise. */
export const sendHook = async (
  stack: Stack,
  payload: unknown,
  options: { readonly event?: string; readonly secret?: string; readonly delivery?: string } = {},
): Promise<Answer> => {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const secret = options.secret ?? stack.secrets.TAGBOAT_DEMO_GITHUB_SECRET ?? '';
  const response = await fetch(`${stack.url}/webhooks/github`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': options.event ?? 'push',
      'x-github-delivery': options.delivery ?? randomUUID(),
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
    body,
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
};

/** A push of a tag to the repository of the example. */
export const tagPush = (tag: string) => ({
  ref: `refs/tags/${tag}`,
  deleted: false,
  head_commit: { id: '1'.repeat(40) },
  repository: {
    full_name: 'DevOps-with-Kubernetes/okeydokey',
    html_url: 'https://github.com/DevOps-with-Kubernetes/okeydokey',
  },
  sender: { login: 'someone' },
});

export const getRelease = async (stack: Stack, id: string): Promise<ReleaseView> =>
  (await (await fetch(`${stack.url}/releases/${id}`)).json()) as ReleaseView;

export const listReleases = async (stack: Stack): Promise<readonly ReleaseView[]> => {
  const body = (await (await fetch(`${stack.url}/releases`)).json()) as {
    readonly releases: readonly ReleaseView[];
  };
  return body.releases;
};

/** Waits until a release has ended. */
export const ended = (stack: Stack, id: string, timeoutMs = 20_000): Promise<ReleaseView> =>
  until(
    async () => {
      const release = await getRelease(stack, id);
      return isUnderWay(release.state) ? undefined : release;
    },
    { timeoutMs, what: `release ${id}` },
  );

/** Sends a slash command as an allowed user, and gives the answer. */
export const sendSlash = async (stack: Stack, line: string): Promise<{ readonly text: string }> => {
  const signingSecret = stack.secrets.TAGBOAT_DEMO_SLACK_SIGNING_SECRET ?? '';
  const sender = { origin: stack.url, signingSecret, user: 'U024BE7LH', channel: 'C0DEPLOYS' };
  const { isOk, answer } = await sendCommand(sender, line);
  if (!isOk) throw new Error(`the command was answered ${JSON.stringify(answer)}`);
  return { text: String(answer?.text) };
};
