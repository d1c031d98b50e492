import { readFileSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runBackend } from '../../../../infra/local/emulators/git-server/http-backend.ts';
import { silentLogger } from '../../../../lib/logger.ts';
import { type Served, serve } from '../registry/serve.ts';
import { type TemporaryDirectory, temporaryDirectory } from './git.ts';

describe('a CGI program behind the Git server', () => {
  let work: TemporaryDirectory;
  const servers: Served[] = [];

  beforeEach(async () => {
    work = await temporaryDirectory();
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    await work[Symbol.asyncDispose]();
  });

  /** Serves a shell script in place of git-http-backend. */
  const serveScript = async (script: string): Promise<Served> => {
    const backend = join(work.path, 'backend');
    await writeFile(backend, `#!/bin/sh\n${script}\n`);
    await chmod(backend, 0o755);
    return serveBackend(backend);
  };
  const serveBackend = async (backend: string): Promise<Served> => {
    const server = await serve((request, response) =>
      runBackend(request, response, {
        backend,
        repository: work.path,
        pathInfo: '/info/refs',
        query: 'service=x',
        user: 'ann',
        logger: silentLogger,
      }),
    );
    servers.push(server);
    return server;
  };

  /** What the script wrote as its process id, once it has. */
  const writtenPid = async (): Promise<number> => {
    const read = (): Promise<string> => readFile(join(work.path, 'pid'), 'utf8').catch(() => '');
    await expect.poll(read).toMatch(/^\d+\n$/);
    return Number(await read());
  };

  it('is told of the request in its environment, and of nothing else', async () => {
    const server = await serveScript('printf "Content-Type: text/plain\\r\\n\\r\\n"; env');

    const response = await fetch(`${server.url}/x`, {
      headers: { 'git-protocol': 'version=2', 'x-other': 'not for you' },
    });
    const variables = (await response.text()).split('\n');

    expect(variables).toEqual(
      expect.arrayContaining([
        'REQUEST_METHOD=GET',
        'PATH_INFO=/info/refs',
        'QUERY_STRING=service=x',
        'REMOTE_USER=ann',
        'REMOTE_ADDR=127.0.0.1',
        'GIT_PROTOCOL=version=2',
        `GIT_PROJECT_ROOT=${work.path}`,
        'GIT_HTTP_EXPORT_ALL=1',
        'GIT_CONFIG_NOSYSTEM=1',
        'HOME=',
      ]),
    );
    expect(variables.some((line) => line.includes('not for you') || line.startsWith('VITEST'))).toBe(false);
  });

  it('sets status and headers, then streams', async () => {
    const server = await serveScript(
      'printf "Status: 403 Forbidden\\nX-Why: because\\n\\nfirst "; printf "second"',
    );

    const response = await fetch(server.url);

    expect([response.status, response.headers.get('x-why'), await response.text()]).toEqual([
      403,
      'because',
      'first second',
    ]);
  });

  it('may answer without reading what it is sent', async () => {
    const server = await serveScript('printf "Status: 200 OK\\n\\nenough"');

    const response = await fetch(server.url, { method: 'POST', body: Buffer.alloc(4 * 1024 * 1024) });

    expect(await response.text()).toBe('enough');
  });

  it.each([
    ['says nothing', 'exit 1'],
    ['writes no head', 'printf "not a head"'],
    ['writes no end of a head', 'yes "X-Endless: header"'],
  ])('that %s is answered with 500', async (_name, script) => {
    const server = await serveScript(script);

    const response = await fetch(server.url);

    expect(response.status).toBe(500);
  });

  it.each([
    ['itself', 'echo $$ > "$GIT_PROJECT_ROOT/pid"\nexec yes "X-Endless: header"'],
    // It writes its process id before the flood that has its parent ended.
    ['by what it started', `sh -c 'echo $$ > "$GIT_PROJECT_ROOT/pid"; exec yes "X-Endless: header"' &\nwait`],
  ])('that writes no end of a head is ended, and read no further: %s', async (_name, script) => {
    const server = await serveScript(script);

    await fetch(server.url);

    const pid = await writtenPid();
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('that cannot be started is answered with 500', async () => {
    const server = await serveBackend(join(work.path, 'nobody'));

    const response = await fetch(server.url);

    expect([response.status, await response.text()]).toEqual([
      500,
      'git http-backend could not be started\n',
    ]);
  });

  it.each([
    ['while it answers', 'printf "Status: 200 OK\\n\\nbegun"'],
    ['before it answers', ':'],
  ])('is ended when the client goes away %s', async (_name, beginning) => {
    const server = await serveScript(`echo $$ > "$GIT_PROJECT_ROOT/pid"\n${beginning}\nexec sleep 100`);
    const request = httpRequest(server.url).on('error', () => {});
    request.end();
    const pid = await writtenPid();

    request.destroy();

    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
};

/** It has ended, and its parent has not asked how: so an orphan stays in a container without an init. Told by Linux alone. */
const isZombie = (pid: number): boolean => {
  try {
    // PID (NAME) STATE …, where the name may hold anything
    return /\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};
