import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig, parseConfig } from '../../../lib/config/load.ts';
import type { Config, ConfigRepo } from '../../../lib/config/types.ts';
import { TagboatError } from '../../../lib/errors.ts';
import { gitPasswordVariable, gitUser } from '../state/secrets.ts';
import { exampleConfig, exampleOrigin } from './example/example.ts';
import type { ConfigSource } from './types.ts';

/**
 * Reads the configuration that the stack is to run.
 * @param origin of the stack, which the example's own URLs are made of
 * @returns `baseDirectory`: where `file:` secrets are looked for
 * @throws TagboatError `config-not-found`, `config-invalid`
 */
export const readConfiguration = (
  source: ConfigSource,
  origin: string,
  stateDirectory: string,
): { readonly config: Config; readonly baseDirectory: string } => {
  switch (source.type) {
    case 'example': {
      const text = exampleConfig.replaceAll(exampleOrigin, origin);
      return { config: parseConfig(text, { local: true }), baseDirectory: stateDirectory };
    }
    case 'file': {
      const file = path.resolve(source.path);
      return { config: loadConfig(source.path, { local: true }), baseDirectory: path.dirname(file) };
    }
    case 'given':
      return { config: source.config, baseDirectory: source.baseDirectory };
  }
};

/**
 * Puts the stack's own Git server in the place of `file://` URLs, since the functions speak HTTP only.
 * @returns the configuration as the functions see it, and the bare repositories to serve
 * @throws TagboatError `config-invalid`
 */
export const serveFileRepositories = (config: Config, origin: string) => {
  const served: { readonly name: string; readonly path: string }[] = [];
  const configRepos = Object.entries(config.configRepos).map(([name, repo]): [string, ConfigRepo] => {
    if (!repo.url.startsWith('file:')) return [name, repo];
    served.push({ name, path: pathOf(repo.url, `configRepos/${name}/url`) });
    return [
      name,
      {
        ...repo,
        url: `${origin}/git/${name}.git`,
        username: gitUser,
        password: `env:${gitPasswordVariable}`,
      },
    ];
  });
  return { config: { ...config, configRepos: Object.fromEntries(configRepos) }, served };
};

const pathOf = (url: string, place: string): string => {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    const { host, pathname } = new URL(url);
    const relative = `${host}${pathname === '/' ? '' : pathname}`;
    throw new TagboatError(
      'config-invalid',
      `${place}: ${url} is not the path of a repository: what follows \`file://\` is absolute, as in \`file:///srv/${relative || 'config.git'}\``,
      { cause },
    );
  }
};
