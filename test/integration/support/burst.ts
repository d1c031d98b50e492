import type { StackOptions } from '../../../infra/local/stack/types.ts';
import { deployment, startProject } from './project.ts';

const appOf = (index: number): string => `app-${String(index).padStart(3, '0')}`;
export const fileOf = (index: number): string => `apps/${appOf(index)}/deployment.yml`;

/** What a hook was answered, as it came. */
export type HookAnswer = {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
};

/** A project with so many apps, each with a manifest of its own in one config repo. */
export const startBurst = async (count: number, options: Pick<StackOptions, 'requests'> = {}) => {
  const indices = Array.from({ length: count }, (_, index) => index);
  const appWith = (index: number) => {
    const name = appOf(index);
    return {
      image: `burst/${name}`,
      repository: `github.com/burst/${name}`,
      files: { [fileOf(index)]: deployment(name, `burst/${name}:v1.0.0`, 1) },
      environment: { files: `[apps/${name}/*.yml]`, timeout: '30m', notify: '{}' },
    };
  };
  const project = await startProject({
    apps: Object.fromEntries(indices.map((index) => [appOf(index), appWith(index)])),
    ...options,
    clusterTimings: { pullMs: 5, startMs: 5, readyMs: 5, terminateMs: 5 },
  });
  await project.stack.registry.push('example/proxy', 'v1');

  const hook = async (index: number, tag: string): Promise<HookAnswer> => {
    const response = await project.app(appOf(index)).pushTag(tag);
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      text: await response.text(),
    };
  };

  return {
    ...project,
    /** One signed hook for every app, or for those of them, all at once. */
    hooks: (tag: string, of: readonly number[] = indices): Promise<readonly HookAnswer[]> =>
      Promise.all(of.map((index) => hook(index, tag))),
    /** Puts the images of that tag into the registry. */
    pushImages: async (tag: string): Promise<void> => {
      for (const index of indices) await project.app(appOf(index)).pushImages(tag);
    },
    /** Of each app's newest release; one request after the other, as more at once than it answers are refused. */
    states: async (): Promise<readonly string[]> => {
      const states: string[] = [];
      for (const index of indices) {
        const releases = await project.app(appOf(index)).releases();
        states.push(releases[0]?.state ?? 'unknown');
      }
      return states;
    },
  };
};

export type Burst = Awaited<ReturnType<typeof startBurst>>;
