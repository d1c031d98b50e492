import type { IncomingHttpHeaders } from 'node:http';
import { type GitServer, readBody, serveGit } from './git-server.ts';
import { answerGit, type GitAnswer } from './memory-protocol.ts';
import { createMemoryRepository, type MemoryRepository } from './memory-repository.ts';
import type { Files } from './repository.ts';

export type GitExchange = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly answer: GitAnswer;
};

/** Smart HTTP in front of repositories in memory: what a request costs is next to nothing. */
export type MemoryServer = GitServer & {
  /** Everything that was asked and answered, where nothing intercepted it. */
  readonly exchanges: GitExchange[];
  /** Serves `/<name>.git`, with one commit on the branch, `main` where none is given. */
  create(name: string, files: Files, branch?: string): MemoryRepository;
};

const notFound: GitAnswer = { status: 404, type: 'text/plain', body: Buffer.from('Not Found') };

/** What the server does not understand is a test's mistake, and shall not hang. */
const answerOf = (answer: () => GitAnswer): GitAnswer => {
  try {
    return answer();
  } catch (error) {
    return { status: 500, type: 'text/plain', body: Buffer.from(String(error)) };
  }
};

export const startMemoryServer = async (): Promise<MemoryServer> => {
  const repositories = new Map<string, MemoryRepository>();
  const exchanges: GitExchange[] = [];
  const server = await serveGit(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const body = await readBody(request);
    const [, name = '', path = ''] = /^\/([^/]+)\.git(\/.*)$/.exec(url) ?? [];
    const repository = repositories.get(name);
    const answer =
      repository === undefined ? notFound : answerOf(() => answerGit(repository, path, headers, body));
    exchanges.push({ method, url, headers, body, answer });
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
  });
  return Object.assign(server, {
    exchanges,
    create: (name: string, files: Files, branch?: string) => {
      const repository = createMemoryRepository(files, branch);
      repositories.set(name, repository);
      return repository;
    },
  });
};
