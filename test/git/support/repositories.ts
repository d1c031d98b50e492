import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type GitServer, startGitServer } from './git-server.ts';
import { type Content, createWorkspace, type Workspace } from './repository.ts';

/** A config repo with a little of everything. */
const files: Readonly<Record<string, Content>> = {
  'README.md': 'hello\n',
  'deployment/deployment.yml': 'image: okeydokey:1.0.0\n',
  'deployment/service.yml': 'kind: Service\n',
  'deployment/deploy.sh': { executable: '#!/bin/sh\n' },
  'deployment/link.yml': { symlink: 'service.yml' },
  linked: { symlink: 'deployment' },
  'apps/a/overlays/prod/values.yml': 'tag: 1\n',
};

export type Repositories = {
  server(): GitServer;
  directory(): string;
  /** A repository of the test's own. */
  create(
    content?: Readonly<Record<string, Content>>,
  ): Promise<{ readonly name: string; readonly bare: string }>;
};

/** A server for the tests of a file. */
export const useRepositories = (): Repositories => {
  let workspace: Workspace;
  let server: GitServer;
  let counter = 0;
  beforeAll(async () => {
    workspace = await createWorkspace();
    server = await startGitServer({ directory: workspace.directory });
  });
  afterAll(async () => {
    await server.close();
    await workspace.remove();
  });
  beforeEach(() => {
    server.requests.length = 0;
  });
  return {
    server: () => server,
    directory: () => workspace.directory,
    create: async (content = files) => {
      counter += 1;
      const name = `config-${counter}`;
      return { name, bare: await workspace.createRepository(name, content) };
    },
  };
};
