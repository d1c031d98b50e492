import { execFile } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createBareRepository } from '../../../infra/local/git-server/create-repository.ts';
import { startStack } from '../../../infra/local/stack/stack.ts';
import type { StackOptions } from '../../../infra/local/stack/types.ts';
import type { ReleaseView } from '../../../lib/release/view.ts';

const run = promisify(execFile);
const secret = 'the secret of the GitHub webhook';
const branch = 'config';

const appOf = (index: number): string => `app-${String(index).padStart(3, '0')}`;
export const fileOf = (index: number): string => `apps/${appOf(index)}/deployment.yml`;

const manifest = (name: string): string => `# ${name}
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
    replicas:   1
    selector: {matchLabels: {app: ${name}}}
    template:
        metadata: {labels: {app: ${name}}}
        spec:
            containers:
            - name:  ${name}
              image: "burst/${name}:v1.0.0"   # <- here
`;

const tagboatYml = (count: number, repository: string, kubeconfig: string): string => `
clusters: { production: { kubeconfig: 'file:${kubeconfig}' } }
configRepos: { config: { url: 'file://${repository}', branch: ${branch} } }
sources: { github: { secret: env:GITHUB_SECRET } }
apps:
${Array.from(
  { length: count },
  (_, index) => `  ${appOf(index)}:
    image: burst/${appOf(index)}
    repository: github.com/burst/${appOf(index)}
    environments:
      production:
        on: tag-push
        tags: { pattern: '.+' }
        configRepo: config
        files: [apps/${appOf(index)}/*.yml]
        cluster: production
        timeout: 30m
`,
).join('')}`;

const payload = (index: number, tag: string) => ({
  ref: `refs/tags/${tag}`,
  before: '0'.repeat(40),
  after: 'a'.repeat(40),
  created: true,
  deleted: false,
  head_commit: { id: 'a'.repeat(40) },
  repository: {
    full_name: `burst/${appOf(index)}`,
    html_url: `https://github.com/burst/${appOf(index)}`,
  },
  sender: { login: 'octocat' },
});

/** What a hook was answered, as it came. */
export type HookAnswer = {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
};

/** A stack with so many apps, each with a manifest of its own in one config repo. */
export const startBurst = async (count: number, options: Partial<StackOptions> = {}) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tagboat-burst-'));
  const bare = path.join(directory, 'config.git');
  const indices = Array.from({ length: count }, (_, index) => index);
  const files = Object.fromEntries(indices.map((index) => [fileOf(index), manifest(appOf(index))]));
  await createBareRepository(bare, { branch, files });
  const state = path.join(directory, 'state');
  const file = path.join(directory, 'tagboat.yml');
  await writeFile(file, tagboatYml(count, bare, path.join(state, 'kubeconfig')));
  const stack = await startStack({
    clusterTimings: { pullMs: 5, startMs: 5, readyMs: 5, terminateMs: 5 },
    retrySeconds: 1,
    ...options,
    env: { GITHUB_SECRET: secret },
    config: { type: 'file', path: file },
    port: 0,
    stateDirectory: state,
  });
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run('git', ['--git-dir', bare, ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout.trimEnd();

  const hook = async (index: number, tag: string): Promise<HookAnswer> => {
    const body = JSON.stringify(payload(index, tag));
    const response = await fetch(`${stack.url}/webhooks/github`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
      body,
    });
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      text: await response.text(),
    };
  };

  return {
    stack,
    bare,
    git,
    /** One signed hook for every app, or for those of them, all at once. */
    hooks: (tag: string, of: readonly number[] = indices): Promise<readonly HookAnswer[]> =>
      Promise.all(of.map((index) => hook(index, tag))),
    /** Puts the images of that tag into the registry. */
    pushImages: async (tag: string): Promise<void> => {
      for (const index of indices) await stack.registry.push(`burst/${appOf(index)}`, tag);
    },
    states: async (): Promise<readonly string[]> => {
      const states: string[] = [];
      for (const index of indices) {
        const answer = await fetch(`${stack.url}/releases?app=${appOf(index)}&environment=production`);
        if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
        const { releases } = (await answer.json()) as { readonly releases: readonly ReleaseView[] };
        states.push(releases[0]?.state ?? 'unknown');
      }
      return states;
    },
    commits: async (): Promise<number> => Number(await git('rev-list', '--count', branch)),
    close: async (): Promise<void> => {
      await stack.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

export type Burst = Awaited<ReturnType<typeof startBurst>>;
