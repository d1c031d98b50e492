import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { MemoryRepository } from './memory-repository.ts';
import { type MemoryServer, startMemoryServer } from './memory-server.ts';
import type { Files } from './repository.ts';
import { useShell } from './shell.ts';

/** A config repo with a little of everything. */
export const someFiles: Files = {
  'README.md': 'hello\n',
  'deployment/deployment.yml': 'image: okeydokey:1.0.0\n',
  'deployment/service.yml': 'kind: Service\n',
  'deployment/deploy.sh': { executable: '#!/bin/sh\n' },
  'deployment/link.yml': { symlink: 'service.yml' },
  linked: { symlink: 'deployment' },
  'apps/a/overlays/prod/values.yml': 'tag: 1\n',
};

export type Repositories = {
  server(): MemoryServer;
  /** A repository of the test's own. */
  create(content?: Files): { readonly name: string; readonly repository: MemoryRepository };
};

/** A server for the tests of a file. */
export const useRepositories = (): Repositories => {
  let server: MemoryServer;
  let counter = 0;
  beforeAll(async () => {
    server = await startMemoryServer();
  });
  afterAll(() => server.close());
  useShell();
  beforeEach(() => {
    server.requests.length = 0;
  });
  return {
    server: () => server,
    create: (content = someFiles) => {
      counter += 1;
      const name = `config-${counter}`;
      return { name, repository: server.create(name, content) };
    },
  };
};
