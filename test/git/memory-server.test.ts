import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../lib/git/limits.ts';
import { readPack } from '../../lib/git/pack-read.ts';
import { delimiterPacket, encodePacket, flushPacket, lineOf, readPackets } from '../../lib/git/pkt-line.ts';
import { openRemote, type Remote } from '../../lib/git/remote.ts';
import { readReport } from '../../lib/git/report-status.ts';
import { demultiplex } from '../../lib/git/side-band.ts';
import { type GitServer, startGitServer } from './support/git-server.ts';
import { exportToGit } from './support/memory-export.ts';
import { type GitExchange, type MemoryServer, startMemoryServer } from './support/memory-server.ts';
import { change, meta } from './support/remote-fixture.ts';
import { someFiles } from './support/repositories.ts';
import { createWorkspace, git, type Workspace } from './support/repository.ts';
import { useShell } from './support/shell.ts';

/** Most tests of the client run against a server in memory. Here it is asked the same as `git http-backend`. */

useShell();
let workspace: Workspace;
let real: GitServer;
let memory: MemoryServer;
beforeAll(async () => {
  workspace = await createWorkspace();
  real = await startGitServer({ directory: workspace.directory });
  memory = await startMemoryServer();
});
afterAll(async () => {
  await Promise.all([real.close(), memory.close()]);
  await workspace.remove();
});

type Answer = { readonly status: number; readonly type: string; readonly body: Buffer };

/** What an answer says, without what a server may say as it likes: agents, deltas, the order of objects, remarks. */
const meaningOf = (url: string, { status, type, body }: Answer): unknown => {
  if (status !== 200) return { status };
  if (url.endsWith('/git-receive-pack')) {
    const { outcome, reason } = readReport(body, 'refs/heads/main');
    return { type, outcome, reason };
  }
  const packets = readPackets(body);
  const lines = packets.map((packet) => (packet.type === 'data' ? lineOf(packet.payload) : packet.type));
  if (url.includes('/info/refs')) {
    const needed = ['version 2', 'object-format=sha1'];
    const features = lines
      .filter((line) => /^(ls-refs|fetch)=/.test(line))
      .flatMap((line) => line.split(/[= ]/));
    const known = ['ls-refs', 'fetch', 'shallow', 'filter'].filter((feature) => features.includes(feature));
    return { type, known, lines: needed.filter((line) => lines.includes(line)), end: lines.at(-1) };
  }
  const start = lines.indexOf('packfile');
  if (start === -1) return { type, lines };
  const payloads = packets
    .slice(start + 1)
    .flatMap((packet) => (packet.type === 'data' ? [packet.payload] : []));
  const objects = [...readPack(demultiplex(payloads).data, defaultLimits).keys()].sort();
  return { type, before: lines.slice(0, start), objects, end: lines.at(-1) };
};

const askReal = async ({ method, url, headers, body }: GitExchange): Promise<Answer> => {
  const passed = ['content-type', 'git-protocol'].flatMap((name): [string, string][] => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  const response = await fetch(real.origin + url, {
    method,
    headers: passed,
    body: method === 'GET' ? null : Uint8Array.from(body),
  });
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, body: Buffer.from(await response.arrayBuffer()) };
};

type Case = {
  readonly name: string;
  readonly does: (open: (branch?: string) => Remote, url: string) => Promise<unknown>;
};

const cases: readonly Case[] = [
  {
    name: 'a release: some trees, some files, a push',
    does: async (open) => {
      const tip = await open().tip();
      for (const file of await tip.files(['deployment/*.yml'])) await tip.read(file);
      await tip.commit(change('deployment/deployment.yml', 'image: okeydokey:1.1.0\n'), meta);
    },
  },
  {
    name: 'all trees without a file, a new directory, the new tip and the commit before it',
    does: async (open) => {
      const tip = await open().tip();
      for (const file of await tip.files(['**/*.yml'])) await tip.read(file);
      await tip.commit(change('new/deeper/a.yml', 'x\n'), meta);
      await (await open().tip()).files(['*']);
    },
  },
  {
    name: 'trees by their ids',
    does: async (open) => {
      const tip = await open().tip();
      await tip.files(['*.md']);
      await tip.files(['apps/*/overlays/*/*.yml']);
    },
  },
  {
    name: 'two pushes onto the same commit',
    does: async (open) => {
      const tips = [await open().tip(), await open().tip()];
      for (const [index, tip] of tips.entries()) await tip.commit(change('a.yml', `${index}\n`), meta);
    },
  },
  {
    name: 'a branch that is not there, and the beginning of a name',
    does: async (open) => {
      await expect(open('no-such-branch').tip()).rejects.toThrow();
      await expect(open('mai').tip()).rejects.toThrow();
    },
  },
  {
    name: 'a repository that is not there',
    does: (_, url) =>
      expect(openRemote({ url: url.replace('.git', '-2.git'), branch: 'main' }).tip()).rejects.toThrow(),
  },
  {
    name: 'an object that is not there',
    does: (_, url) =>
      fetch(`${url}/git-upload-pack`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-git-upload-pack-request', 'git-protocol': 'version=2' },
        body: Uint8Array.from(
          Buffer.concat([
            encodePacket('command=fetch\n'),
            delimiterPacket,
            ...['deepen 1\n', `want ${'7'.repeat(40)}\n`, 'done\n'].map((line) => encodePacket(line)),
            flushPacket,
          ]),
        ),
      }).then((response) => response.arrayBuffer()),
  },
];

describe('the server in memory answers as `git http-backend`', () => {
  it.each(cases)('$name', async ({ name, does }) => {
    const repository = name.replaceAll(/[^a-z]+/g, '-');
    const bare = await workspace.createRepository(repository, someFiles);
    const inMemory = memory.create(repository, someFiles);
    const url = `${memory.origin}/${repository}.git`;
    memory.exchanges.length = 0;

    await does((branch = 'main') => openRemote({ url, branch }), url);

    expect(memory.exchanges).not.toEqual([]);
    for (const exchange of memory.exchanges)
      expect(meaningOf(exchange.url, exchange.answer)).toEqual(
        meaningOf(exchange.url, await askReal(exchange)),
      );
    expect(await readFile(join(bare, 'refs/heads/main'), 'utf8')).toBe(`${inMemory.tip()}\n`);
  });
});

it('what it holds is a repository to Git', async () => {
  const repository = memory.create('exported', someFiles);

  await using exported = await exportToGit({ '': repository });

  expect(await git(exported.bare, 'fsck', '--strict', '--full')).toBe('');
  expect(await git(exported.bare, 'ls-tree', '-r', 'main')).toBe(
    await git(await workspace.createRepository('imported', someFiles), 'ls-tree', '-r', 'main'),
  );
});
