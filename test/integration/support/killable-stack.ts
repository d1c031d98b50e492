import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { createBareRepository } from '../../../infra/local/emulators/git-server/create-repository.ts';
import { startStack } from '../../../infra/local/stack/stack.ts';
import type { ApiRelease } from '../../../lib/release/api/view.ts';
import { readJson } from './answers.ts';
import { postHook, tagPayload } from './github.ts';
import { ownEnvironment, temporaryDirectory, watchOutput } from './process.ts';
import { githubSecret, signingSecret, user } from './project.ts';
import { exampleApp, tagboatYml } from './tagboat-yml.ts';

const run = promisify(execFile);
const main = path.resolve(import.meta.dirname, '../../../infra/local/main.ts');
const secrets = { GITHUB_SECRET: githubSecret, DOCKERHUB_KEY: 'hub-key', SIGNING_SECRET: signingSecret };

/** A project with these apps, whose images are in the registry under these tags. */
const prepare = async (apps: readonly string[], tags: readonly string[]) => {
  const directory = temporaryDirectory();
  const state = path.join(directory, 'state');
  const bare = path.join(directory, 'config.git');
  const file = path.join(directory, 'tagboat.yml');
  const options = apps.map((name) => [name, exampleApp(name)] as const);
  await createBareRepository(bare, {
    branch: 'config',
    files: Object.assign({}, ...options.map(([, { files }]) => files)),
  });
  writeFileSync(
    file,
    tagboatYml({
      user,
      apps: Object.fromEntries(options),
      configRepos: { config: { path: bare, branch: 'config' } },
      clusters: { production: path.join(state, 'kubeconfig') },
    }),
  );
  const stack = await startStack({
    config: { type: 'file', path: file },
    stateDirectory: state,
    port: 0,
    env: secrets,
  });
  await stack.registry.push('example/proxy', 'v1');
  for (const [, { image }] of options) for (const tag of tags) await stack.registry.push(image, tag);
  const { port, url } = stack;
  await stack.close();
  return { state, bare, file, port, url };
};

/** The local stack as a process of its own, on state and a port that it is started on again after it was killed. */
export const killableStack = async (apps: readonly string[], tags: readonly string[]) => {
  const { state, bare, file, port, url } = await prepare(apps, tags);
  const start = async () => {
    const child = spawn(
      process.execPath,
      [main, '--config', file, '--state', state, '--port', String(port)],
      {
        env: { ...ownEnvironment(), ...secrets },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const closed = once(child, 'close');
    const output = watchOutput();
    child.stdout.setEncoding('utf8').on('data', output.write);
    void closed.then(output.end);
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await closed;
    });
    await output.has('Running. Ctrl-C ends it.');
    return {
      /** At once, without a chance to put anything in order. */
      kill: async (): Promise<void> => {
        child.kill('SIGKILL');
        await closed;
      },
    };
  };
  const cluster = async (route: string): Promise<unknown> => {
    const [, token] = /token: "?([^"\s]+)/.exec(readFileSync(path.join(state, 'kubeconfig'), 'utf8')) ?? [];
    return readJson(await fetch(`${url}${route}`, { headers: { authorization: `Bearer ${token}` } }));
  };
  return {
    start,
    /** Whether a signed hook was answered 202; not where the process was killed meanwhile. */
    announce: async (app: string, tag: string): Promise<boolean> => {
      const payload = tagPayload(tag, `example/${app}`);
      const response = await postHook(url, githubSecret, payload).catch(() => undefined);
      await response?.text().catch(() => undefined);
      return response?.status === 202;
    },
    releasesOf: async (app: string): Promise<readonly ApiRelease[]> => {
      const response = await fetch(`${url}/releases?app=${app}&environment=production&limit=100`);
      return (await readJson<{ readonly releases: readonly ApiRelease[] }>(response)).releases;
    },
    git: async (...args: readonly string[]): Promise<string> =>
      (await run('git', ['--git-dir', bare, ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout.trimEnd(),
    /** The image that the Deployment of each app has. */
    images: async (): Promise<Readonly<Record<string, string | undefined>>> => {
      const { items } = (await cluster('/apis/apps/v1/namespaces/default/deployments')) as {
        readonly items: readonly Deployment[];
      };
      return Object.fromEntries(
        items.map(({ metadata, spec }) => [metadata.name, spec.template.spec.containers[0]?.image]),
      );
    },
  };
};

type Deployment = {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
};
