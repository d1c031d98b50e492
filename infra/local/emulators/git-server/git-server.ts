import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { TagboatError } from '../../../../lib/errors.ts';
import { type Logger, silentLogger } from '../../../../lib/logger.ts';
import { type BasicCredentials, isAuthorized } from '../../runtime/gateway/basic-auth.ts';
import { createBareRepository, type NewRepository } from './create-repository.ts';
import { findBackend } from './find-backend.ts';
import { runBackend } from './http-backend.ts';

export type GitServer = {
  /** Answers requests whose path begins with `/git/`; 404 for every other. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Makes `/git/<name>.git` with one commit; where it exists already, it stays as it is. */
  createRepository(name: string, repository: NewRepository): Promise<void>;
  /** Directory of the bare repository behind `/git/<name>.git`, whether it exists yet or not. */
  path(name: string): string;
  /** Mounts an existing bare repository under `/git/<name>.git`. Nothing but what is pushed is written into it. */
  serve(name: string, repository: string): void;
};

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const pathPattern = /^\/git\/([^/]+)\.git(\/.*)$/;

/**
 * A smart HTTP Git server in front of `git http-backend`: protocol v2, partial clones, pushes.
 * @param options.directory holds `<name>.git`; made when the first repository is
 * @param options.credentials asked of every request (HTTP basic); absent: everybody may read and push
 * @throws TagboatError `local-tool-missing`
 */
export const createGitServer = (options: {
  readonly directory: string;
  readonly credentials?: BasicCredentials | undefined;
  readonly logger?: Logger;
}): GitServer => {
  const { credentials, logger = silentLogger } = options;
  const backend = findBackend();
  const mounted = new Map<string, string>();
  const path = (name: string): string => {
    assertName(name);
    return mounted.get(name) ?? join(resolve(options.directory), `${name}.git`);
  };

  return {
    path,
    createRepository: (name, repository) => createBareRepository(path(name), repository),
    serve(name, repository) {
      assertName(name);
      mounted.set(name, gitDirectory(repository));
    },
    handle(request, response) {
      const target = parseTarget(request.url ?? '/');
      if (target === undefined) return refuse(request, response, 404, 'There is no repository at that path.');
      if (credentials !== undefined && !isAuthorized(request.headers.authorization, credentials)) {
        response.setHeader('www-authenticate', 'Basic realm="Tagboat local Git server", charset="UTF-8"');
        return refuse(request, response, 401, 'The credentials are missing or wrong.');
      }
      const repository = path(target.name);
      if (!existsSync(repository))
        return refuse(request, response, 404, `There is no repository ${target.name}.`);
      runBackend(request, response, {
        backend,
        repository,
        pathInfo: target.pathInfo,
        query: target.query,
        user: credentials?.username ?? 'anonymous',
        logger,
      });
    },
  };
};

const assertName = (name: string): void => {
  if (!namePattern.test(name))
    throw new TagboatError('git-not-found', `"${name.slice(0, 100)}" is not a name of a local repository`);
};

/** @returns undefined for what is no path of a repository */
const parseTarget = (url: string) => {
  const question = url.indexOf('?');
  const [, name = '', rest = ''] = pathPattern.exec(question === -1 ? url : url.slice(0, question)) ?? [];
  if (!namePattern.test(name)) return undefined;
  try {
    const pathInfo = decodeURIComponent(rest);
    if (pathInfo.includes('\0') || pathInfo.split('/').includes('..')) return undefined;
    return { name, pathInfo, query: question === -1 ? '' : url.slice(question + 1) };
  } catch {
    return undefined; // a malformed percent sequence
  }
};

const gitDirectory = (repository: string): string => {
  const directory = resolve(repository);
  for (const candidate of [directory, join(directory, '.git')])
    if (existsSync(join(candidate, 'HEAD')) && existsSync(join(candidate, 'objects'))) return candidate;
  throw new TagboatError('git-not-found', `${directory} is not a Git repository`);
};

const refuse = (
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  message: string,
): void => {
  request.resume();
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
};
