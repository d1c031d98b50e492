import { setTimeout as delay } from 'node:timers/promises';
import semver from 'semver';
import type { EnvironmentConfig } from '../../../lib/config/types.ts';
import { TagboatError } from '../../../lib/errors.ts';
import { parseImage } from '../../../lib/image.ts';
import type { ReleaseView } from '../../../lib/release/view.ts';
import type { Stack } from '../stack/types.ts';
import { listFiles, readFileAt } from './git.ts';

/** What is played with: the first app of the configuration and its first environment. */
export type Target = {
  readonly app: string;
  readonly environmentName: string;
  readonly environment: EnvironmentConfig;
  /** Normalised name. */
  readonly image: string;
  /** Path within the registry, which is the image's name there. */
  readonly imagePath: string;
  /** `github.com/…` */
  readonly repository: string;
  /** Bare repository on this machine. */
  readonly configRepo: string;
  readonly branch: string;
};

export const chooseTarget = ({ config, git }: Stack): Target => {
  const [app, appConfig] = Object.entries(config.apps)[0] ?? [];
  const [environmentName, environment] = Object.entries(appConfig?.environments ?? {})[0] ?? [];
  const repo = environment === undefined ? undefined : config.configRepos[environment.configRepo];
  if (
    app === undefined ||
    appConfig === undefined ||
    environmentName === undefined ||
    environment === undefined ||
    repo === undefined
  )
    throw new TagboatError('config-invalid', 'the example has no app to play with');
  return {
    app,
    environmentName,
    environment,
    image: appConfig.image,
    imagePath: parseImage(appConfig.image).path,
    repository: appConfig.repository ?? '',
    configRepo: git.path(environment.configRepo),
    branch: repo.branch,
  };
};

/** The manifests of the config repo at its tip. */
export const readManifests = async (
  target: Target,
): Promise<readonly { readonly path: string; readonly text: string }[]> => {
  const paths = (await listFiles(target.configRepo, target.branch)).filter((path) => /\.ya?ml$/.test(path));
  return Promise.all(
    paths.map(async (path) => ({ path, text: await readFileAt(target.configRepo, target.branch, path) })),
  );
};

/** The tag that stands in the manifests now. */
export const currentTag = (
  target: Target,
  manifests: readonly { readonly text: string }[],
): string | undefined => {
  for (const { text } of manifests)
    for (const [, reference = ''] of text.matchAll(/image:\s*["']?([^\s"'#]+)/g)) {
      const image = parseImage(reference);
      if (image.name === target.image) return image.tag;
    }
  return undefined;
};

export const listReleases = async (stack: Stack, target: Target): Promise<readonly ReleaseView[]> => {
  const query = new URLSearchParams({ app: target.app, environment: target.environmentName, limit: '100' });
  const response = await fetch(`${stack.url}/releases?${query}`);
  if (!response.ok) return [];
  const body = (await response.json()) as { readonly releases: readonly ReleaseView[] };
  return body.releases;
};

/**
 * The version after every one that was ever released or tried, so that nothing is older than what runs, held, or there
 * already.
 * @param tags in any order; those that are no semantic versions are passed over
 */
export const nextTag = (tags: readonly (string | undefined)[]): string => {
  const versions = tags.flatMap((tag) => semver.valid(tag) ?? []);
  const newest = semver.rsort(versions)[0] ?? '0.0.3';
  return `v${semver.inc(newest, 'patch') ?? '0.0.4'}`;
};

/** Asks again until there is an answer. */
export const until = async <T>(
  ask: () => Promise<T | undefined>,
  {
    timeoutMs,
    intervalMs = 50,
    what,
  }: { readonly timeoutMs: number; readonly intervalMs?: number; readonly what: string },
): Promise<T> => {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`${what} took longer than ${timeoutMs} ms`);
    await delay(intervalMs);
  }
};
