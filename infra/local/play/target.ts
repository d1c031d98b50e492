import semver from 'semver';
import type { EnvironmentConfig } from '../../../lib/config/types.ts';
import { TagboatError } from '../../../lib/errors.ts';
import { parseImage } from '../../../lib/image.ts';
import type { ApiRelease } from '../../../lib/release/api/view.ts';
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

export const chooseTarget = ({ config, git }: Pick<Stack, 'config' | 'git'>): Target => {
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
  target: Pick<Target, 'configRepo' | 'branch'>,
): Promise<readonly { readonly path: string; readonly text: string }[]> => {
  const paths = (await listFiles(target.configRepo, target.branch)).filter((path) => /\.ya?ml$/.test(path));
  return Promise.all(
    paths.map(async (path) => ({ path, text: await readFileAt(target.configRepo, target.branch, path) })),
  );
};

/** The tag that stands in the manifests now. */
export const currentTag = (
  target: Pick<Target, 'image'>,
  manifests: readonly { readonly text: string }[],
): string | undefined => {
  for (const { text } of manifests)
    for (const [, reference = ''] of text.matchAll(/image:\s*["']?([^\s"'#]+)/g)) {
      const image = parseImage(reference);
      if (image.name === target.image) return image.tag;
    }
  return undefined;
};

/** What `GET /releases` asks for. */
export const releaseHeaders = async ({
  config,
  unseal,
}: Pick<Stack, 'config' | 'unseal'>): Promise<Readonly<Record<string, string>>> => {
  const token = config.api?.token;
  return token === undefined ? {} : { authorization: `Bearer ${await unseal(token, 'api/token')}` };
};

/** Releases on record, newest first; none where they may not be read. */
export const listReleases = async (
  stack: Pick<Stack, 'url' | 'config' | 'unseal'>,
  { app, environment, limit = 100 }: { app?: string; environment?: string; limit?: number } = {},
): Promise<readonly ApiRelease[]> => {
  const query = new URLSearchParams({
    ...(app === undefined ? {} : { app }),
    ...(environment === undefined ? {} : { environment }),
    limit: String(limit),
  });
  const response = await fetch(`${stack.url}/releases?${query}`, { headers: await releaseHeaders(stack) });
  if (!response.ok) return [];
  return ((await response.json()) as { readonly releases: readonly ApiRelease[] }).releases;
};

/**
 * The version after what runs or ran well. A tag that was tried and did not get there (a typo, an experiment) does not
 * raise it, but is not taken again: it may be held.
 * @param good in any order; those that are no semantic versions are passed over
 */
export const nextTag = (
  good: readonly (string | undefined)[],
  tried: readonly string[] = [],
  first = 'v0.0.4',
): string => {
  const newest = semver.rsort(good.flatMap((tag) => semver.valid(tag) ?? []))[0];
  const prefix = newest === undefined || good.includes(`v${newest}`) ? 'v' : '';
  let next = newest === undefined ? first : `${prefix}${semver.inc(newest, 'patch')}`;
  while (tried.includes(next)) {
    const after = semver.inc(next, 'patch');
    if (after === null) break;
    next = `${next.startsWith('v') ? 'v' : ''}${after}`;
  }
  return next;
};

/** What `nextTag` is to look at of the releases on record. */
export const tagsOf = (
  releases: readonly ApiRelease[],
): { readonly good: readonly string[]; readonly tried: readonly string[] } => ({
  good: releases.flatMap(({ state, tag }) => (state === 'healthy' ? [tag] : [])),
  tried: releases.map(({ tag }) => tag),
});
