import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFailed, onTestFinished } from 'vitest';
import { createBareRepository } from '../../../infra/local/emulators/git-server/create-repository.ts';
import { git } from '../../../infra/local/emulators/git-server/git.ts';
import type { Synced } from '../../../infra/local/gitops/gitops.ts';
import { type ShellRequest, toCurl, userAndPassword } from '../../../infra/local/play/hook.ts';
import { imagePush } from '../../../infra/local/play/push-image.ts';
import { type Sample, sampleReleases } from '../../../infra/local/play/sample.ts';
import { startStack } from '../../../infra/local/stack/stack.ts';
import type { Stack } from '../../../infra/local/stack/types.ts';
import { jsonOrUndefined } from '../../../lib/json.ts';
import type { ApiRelease } from '../../../lib/release/api/view.ts';
import { isUnderWay } from '../../../lib/release/model/release.ts';
import { runCommand } from '../../git/support/shell.ts';
import { isInstalled } from '../../support/installed.ts';
import { readJson } from './answers.ts';
import { keepLog } from './log.ts';
import { fastPods } from './stack.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/config-repos');

/** What a tagboat.yml of these refers to. */
const secrets = {
  GITHUB_SECRET: 'the secret of the GitHub webhook',
  DOCKERHUB_KEY: 'a key/with a slash',
  REGISTRY_SECRET: 'the header of the registry',
};

/** Files of a directory: path with `/` → text. */
export const filesIn = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [path.relative(directory, file).split(path.sep).join('/'), readFileSync(file, 'utf8')]),
  );

export type FirstTryOptions = {
  /** Where the tools are looked for that build Kustomizations; those of this machine where absent. */
  readonly PATH?: string;
  /** Over the files of the fixture. */
  readonly files?: Readonly<Record<string, string>>;
  /** Where the config repo is found, of its path; `file://` and that where absent. */
  readonly url?: (repository: string) => Promise<string>;
  readonly branch?: string;
  /** The text of another kubeconfig than the embedded cluster's, and who names it. */
  readonly kubeconfig?: { readonly text: string; readonly by: 'tagboat.yml' | 'KUBECONFIG' };
};

/** A directory of config repo, tagboat.yml and state, in which stacks are started one after the other. */
export const prepareFirstTry = async (fixture: string, options: FirstTryOptions = {}) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tagboat-first-try-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const repository = path.join(directory, 'config.git');
  const stateDirectory = path.join(directory, 'state');
  const { 'tagboat.yml': text = '', ...files } = filesIn(path.join(fixtures, fixture));
  await createBareRepository(repository, { branch: 'main', files: { ...files, ...options.files } });
  const file = path.join(directory, 'tagboat.yml');
  const url = (await options.url?.(repository)) ?? `file://${repository}`;
  const kubeconfig = path.join(directory, 'kubeconfig');
  await writeFile(kubeconfig, options.kubeconfig?.text ?? '');
  const named = options.kubeconfig?.by;
  const cluster = named === 'tagboat.yml' ? kubeconfig : path.join(stateDirectory, 'kubeconfig');
  const own = text
    .replace('file://REPOSITORY', url)
    .replace('branch: main', `branch: ${options.branch ?? 'main'}`)
    .replace('STATE/kubeconfig', cluster);
  await writeFile(file, own);
  const { PATH = process.env.PATH ?? '' } = options;
  return {
    repository,
    stateDirectory,
    /** As `npm start -- --config FILE` does, but that nothing happens by the clock. */
    start: async (): Promise<{ readonly stack: Stack; readonly synced: readonly Synced[] }> => {
      const log = keepLog();
      onTestFailed(() => log.print());
      const stack = await startStack({
        config: { type: 'file', path: file },
        stateDirectory,
        port: 0,
        env: {
          ...secrets,
          PATH,
          HOME: directory,
          ...(named === 'KUBECONFIG' ? { KUBECONFIG: kubeconfig } : {}),
        },
        clusterTimings: fastPods,
        retrySeconds: 0,
        logger: log.logger,
      });
      onTestFinished(() => stack.close());
      return { stack, synced: await stack.gitops.start() };
    },
  };
};

/** Does what a printed line does, with curl where that is installed. @returns what was answered */
export const send = async (request: ShellRequest): Promise<unknown> => {
  if (isInstalled('curl')) {
    const command = ['sh', '-c', toCurl(request)];
    const { status, stdout, stderr } = await runCommand({ command, env: { PATH: process.env.PATH } });
    if (status !== 0) throw new Error(stderr.toString());
    return jsonOrUndefined(stdout.toString());
  }
  const { method = 'POST', url, credentials, headers, body } = request;
  const user = credentials === undefined ? undefined : Buffer.from(userAndPassword(credentials));
  const authorization = user === undefined ? {} : { authorization: `Basic ${user.toString('base64')}` };
  const response = await fetch(url, { method, headers: { ...headers, ...authorization }, body });
  return jsonOrUndefined(await response.text());
};

/** Pushes the image and sends the hook, by the lines that the start prints for that app. */
export const follow = async (stack: Stack, synced: readonly Synced[], app: string): Promise<Sample> => {
  const sample = (await sampleReleases(stack, synced)).find((one) => one.app === app);
  if (sample === undefined) throw new Error(`there is no sample for ${app}`);
  for (const request of imagePush(stack, sample.image.path, sample.tag).requests) await send(request);
  await send(sample.hook);
  return sample;
};

/** Newest first. */
export const releasesOf = async (stack: Stack, app: string): Promise<readonly ApiRelease[]> =>
  (
    await readJson<{ readonly releases: readonly ApiRelease[] }>(
      await fetch(`${stack.url}/releases?app=${app}`),
    )
  ).releases;

/** Lets the agent do its part until the newest releases of these apps have ended, all of them healthy. */
export const untilHealthy = async (stack: Stack, apps: readonly string[], count = 1): Promise<void> => {
  const newest = async (): Promise<readonly ApiRelease[]> =>
    (await Promise.all(apps.map((app) => releasesOf(stack, app)))).flatMap((some) => some.slice(0, count));
  const haveEnded = async (): Promise<boolean> => {
    await stack.gitops.agent.sync();
    const releases = await newest();
    return releases.length === apps.length * count && releases.every(({ state }) => !isUnderWay(state));
  };
  await expect.poll(haveEnded).toBe(true);
  const outcomes = (await newest()).map(({ app, state, reason }) => [app, state, reason]);
  expect(outcomes).toEqual(outcomes.map(([app]) => [app, 'healthy', null]));
};

type PodTemplate = {
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
};
export type ClusterObject = {
  readonly metadata: { readonly generation?: number; readonly uid: string };
  readonly spec: {
    readonly replicas?: number;
    readonly template?: PodTemplate;
    readonly jobTemplate?: { readonly spec: { readonly template: PodTemplate } };
  };
};

/** An object of the embedded cluster, by its path in the API. */
export const clusterObject = async (stack: Stack, where: string, status = 200): Promise<ClusterObject> =>
  readJson<ClusterObject>(
    await fetch(`${stack.url}${where}`, {
      headers: { authorization: `Bearer ${stack.secrets.TAGBOAT_DEMO_CLUSTER_TOKEN}` },
    }),
    status,
  );

/** A commit by hand on the branch of the config repo. */
export const commitFile = async (repository: string, file: string, text: string): Promise<void> => {
  const stream = [
    'commit refs/heads/main',
    'committer A <a@example.com> 1800000000 +0000',
    'data 7',
    'By hand',
    'from refs/heads/main^0',
    `M 100644 inline ${file}`,
    `data ${Buffer.byteLength(text)}`,
    text,
    'done',
    '',
  ].join('\n');
  await git(['--git-dir', repository, 'fast-import', '--quiet'], stream);
};
