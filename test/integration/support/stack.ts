import { onTestFailed, onTestFinished } from 'vitest';
import { sendCommand } from '../../../infra/local/emulators/slack/client/send.ts';
import { prepare } from '../../../infra/local/play/prepare.ts';
import { chooseTarget } from '../../../infra/local/play/target.ts';
import { startStack } from '../../../infra/local/stack/stack.ts';
import type { Stack, StackOptions } from '../../../infra/local/stack/types.ts';
import type { ApiDrift } from '../../../lib/release/api/drift.ts';
import type { ApiRelease } from '../../../lib/release/api/view.ts';
import { isUnderWay } from '../../../lib/release/model/release.ts';
import { logScanner } from '../../support/scanned-log.ts';
import { readJson } from './answers.ts';
import { postHook, tagPayload } from './github.ts';
import { keepLog } from './log.ts';

/** Pods that need next to no time. */
export const fastPods = { pullMs: 5, startMs: 5, readyMs: 5, terminateMs: 5 };

/**
 * A stack for one test: temporary state, a free port, no schedules, retries at once. Its log is shown where it fails, and goes
 * to the test's own logger as well.
 */
export const startTestStack = async (options: Partial<StackOptions> = {}): Promise<Stack> => {
  const log = keepLog(options.logger);
  onTestFailed(() => log.print());
  const stack = await startStack({
    stateDirectory: undefined,
    port: 0,
    clusterTimings: fastPods,
    retrySeconds: 0,
    ...options,
    logger: log.logger,
  });
  onTestFinished(async () => {
    await stack.close();
    log.assertAllowed();
  });
  logScanner.expectNone(...Object.values(stack.secrets));
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
  readonly releases?: readonly { readonly id: string; readonly state: string; readonly created: boolean }[];
  readonly skipped?: readonly { readonly reason: string }[];
};

/** Sends a GitHub webhook, signed with the secret of the example unless told otherwise, that is accepted. */
export const sendHook = async (
  stack: Stack,
  payload: unknown,
  options: { readonly secret?: string } = {},
): Promise<Answer> => {
  const secret = options.secret ?? stack.secrets.TAGBOAT_DEMO_GITHUB_SECRET ?? '';
  const response = await postHook(stack.url, secret, payload);
  return readJson<Answer>(response, 202);
};

/** A push of a tag to the repository of the example. */
export const tagPush = (tag: string) => tagPayload(tag, 'DevOps-with-Kubernetes/okeydokey');

export const getRelease = async (stack: Stack, id: string): Promise<ApiRelease> =>
  readJson<ApiRelease>(await fetch(`${stack.url}/releases/${id}`));

/** What GET /releases answers about an app, or about them all. */
export const getReleases = async (stack: Stack, app?: string) =>
  readJson<{ readonly releases: readonly ApiRelease[]; readonly drift: readonly ApiDrift[] }>(
    await fetch(`${stack.url}/releases${app === undefined ? '' : `?app=${app}`}`),
  );

/** Newest first. */
export const listReleases = async (stack: Stack): Promise<readonly ApiRelease[]> =>
  (await getReleases(stack)).releases;

/** The first release that an answer tells of, when it has ended. */
export const ended = async (
  stack: Stack,
  answer: { readonly releases?: readonly { readonly id: string }[] },
): Promise<ApiRelease> => {
  const id = answer.releases?.[0]?.id;
  if (id === undefined) throw new Error(`no release was asked for: ${JSON.stringify(answer)}`);
  await stack.idle();
  const release = await getRelease(stack, id);
  if (isUnderWay(release.state)) throw new Error(`the release has not ended: ${JSON.stringify(release)}`);
  return release;
};

/** Sends a slash command as an allowed user, and gives the answer. */
export const sendSlash = async (stack: Stack, line: string): Promise<{ readonly text: string }> => {
  const signingSecret = stack.secrets.TAGBOAT_DEMO_SLACK_SIGNING_SECRET ?? '';
  const sender = { origin: stack.url, signingSecret, user: 'U024BE7LH', channel: 'C0DEPLOYS' };
  const { isOk, answer } = await sendCommand(sender, line);
  if (!isOk) throw new Error(`the command was answered ${JSON.stringify(answer)}`);
  return { text: String(answer?.text) };
};

/** Revisions of the ReplicaSets, as kubectl shows them. */
export const revisions = async (
  stack: Pick<Stack, 'url' | 'secrets'>,
  namespace = 'default',
): Promise<readonly (string | undefined)[]> => {
  type Item = { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } };
  const response = await fetch(`${stack.url}/apis/apps/v1/namespaces/${namespace}/replicasets`, {
    headers: { authorization: `Bearer ${stack.secrets.TAGBOAT_DEMO_CLUSTER_TOKEN}` },
  });
  const { items } = await readJson<{ readonly items: readonly Item[] }>(response);
  return items.map(({ metadata }) => metadata.annotations['deployment.kubernetes.io/revision']).toSorted();
};
