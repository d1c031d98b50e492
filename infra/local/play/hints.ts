import { slackHeaders, slashCommandBody } from '../emulators/slack/client/command.ts';
import { defaultState } from '../options.ts';
import type { Stack } from '../stack/types.ts';
import { shortPath } from '../terminal/format.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { openSource, toCurl, webhookRequest } from './hook.ts';
import {
  chooseTarget,
  currentTag,
  listReleases,
  nextTag,
  readManifests,
  type Target,
  tagsOf,
} from './target.ts';

/** A tag that no image was pushed for. */
const badTag = 'v9.9.9';

/** What to try next, each as a line to copy. */
export const showHints = async (stack: Stack, terminal: Terminal): Promise<void> => {
  const { line, style } = terminal;
  const target = chooseTarget(stack);
  const { namespace } = target.environment;
  const github = await openSource('github', stack);
  const bad = webhookRequest(stack.url, github, { repository: target.repository, tag: badTag });
  const kubeconfig = shortPath(stack.kubeconfigPath);
  const state = shortPath(stack.stateDirectory);
  const where = state === defaultState ? '' : ` --state ${state}`;
  const block = (title: string, ...lines: readonly string[]): void => {
    line();
    line(style.bold(title));
    for (const text of lines) line(`  ${text}`);
  };

  block(
    'Watch it with your own kubectl',
    `kubectl --kubeconfig ${kubeconfig} -n ${namespace} get pods --watch`,
    `kubectl --kubeconfig ${kubeconfig} -n ${namespace} rollout history deployment/${target.app}`,
  );
  const tag = currentTag(target, await readManifests(target));
  block(
    'As from Slack: undo the release, put it back with a button, see what was',
    `npx tagboat slack "/undo ${target.app}"${where}`,
    ...(tag === undefined ? [] : [`npx tagboat slack --press "Put ${tag} back"${where}`]),
    `npx tagboat slack "/tagboat history ${target.app}"${where}`,
  );
  line(style.dim('  The undo by hand, signed for the next five minutes:'));
  line(`  ${await undoCurl(stack, target.app)}`);
  const crashing = await pushCrashing(stack, target, tag);
  block(
    'Release an image that crashes, and read why it failed',
    `npx tagboat slack "/tagboat release ${target.app} ${crashing}"${where}`,
    style.dim('The same with notready, hangs, oom or exit-3 in a tag that you push to the registry.'),
  );
  block(
    `Push a tag whose image is not in the registry, ${badTag}: a signed GitHub hook`,
    toCurl(bad),
    style.dim('The release waits for its image, and fails when that does not come.'),
  );
  block(
    'Look at the record',
    `curl -sS '${stack.url}/releases?app=${target.app}'`,
    `curl -sS ${stack.url}/local/slack`,
    `git clone -b ${target.branch} ${cloneUrl(stack, target.environment.configRepo)}`,
  );
};

/** On the embedded cluster an image does what its tag says. @returns a tag that was not released yet, whose image crashes */
const pushCrashing = async (stack: Stack, target: Target, current: string | undefined): Promise<string> => {
  const releases = await listReleases(stack, { app: target.app, environment: target.environmentName });
  const { good, tried } = tagsOf(releases);
  const plain = tried.map((tag) => tag.replace(/-crash$/, ''));
  const tag = `${nextTag([current, ...good], plain)}-crash`;
  await stack.registry.push(target.imagePath, tag);
  return tag;
};

const undoCurl = async (stack: Stack, app: string): Promise<string> => {
  const { slack } = stack.config;
  const secret = await stack.unseal(slack?.signingSecret ?? '', 'slack/signingSecret');
  const body = slashCommandBody({
    line: `/undo ${app}`,
    user: slack?.allow.users[0] ?? 'U0LOCAL',
    channel: slack?.allow.channels[0] ?? 'C0LOCAL',
    responseUrl: `${stack.url}/local/slack/responses/by-hand`,
  });
  const headers = slackHeaders(secret, body, Math.floor(Date.now() / 1000));
  return toCurl({ url: `${stack.url}/slack/commands`, headers, body });
};

/** The demo password is the stack's own, and in its state directory anyway. */
const cloneUrl = (stack: Stack, configRepo: string): string => {
  const password = stack.secrets.TAGBOAT_DEMO_GIT_PASSWORD ?? '';
  const url = new URL(`${stack.url}/git/${configRepo}.git`);
  url.username = stack.config.configRepos[configRepo]?.username ?? 'x-access-token';
  url.password = password;
  return url.href;
};
