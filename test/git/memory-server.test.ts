import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../lib/git/limits.ts';
import { readPack } from '../../lib/git/pack-read.ts';
import { delimiterPacket, encodePacket, flushPacket, lineOf, readPackets } from '../../lib/git/pkt-line.ts';
import { openRemote, type Remote } from '../../lib/git/remote.ts';
import { readReport } from '../../lib/git/report-status.ts';
import { demultiplex } from '../../lib/git/side-band.ts';
import { type GitServer, startGitServer } from './support/git-server.ts';
import { exportToGit } from './support/memory-export.ts';
import type { MemoryRepository } from './support/memory-repository.ts';
import { type GitExchange, type MemoryServer, startMemoryServer } from './support/memory-server.ts';
import { change, meta } from './support/remote-fixture.ts';
import { someFiles } from './support/repositories.ts';
import { createWorkspace, git, gitBytes, type Workspace } from './support/repository.ts';
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

/** What a push from elsewhere can do to `main` besides adding to it. */
type Upset = 'rewritten' | 'deleted' | 'rewritten and tidied up';

type Case = {
  readonly name: string;
  readonly does: (
    open: (branch?: string) => Remote,
    url: string,
    upset: (how: Upset) => Promise<void>,
  ) => Promise<unknown>;
};

/** On both sides. */
const upsetMain = async (how: Upset, bare: string, inMemory: MemoryRepository): Promise<void> => {
  if (how === 'deleted') {
    inMemory.refs.delete('refs/heads/main');
    await git(bare, 'update-ref', '-d', 'refs/heads/main');
    return;
  }
  const before = inMemory.tip();
  const again = inMemory.rewrite();
  const input = inMemory.objects.get(again)?.data ?? Buffer.alloc(0);
  await gitBytes(bare, ['hash-object', '-w', '-t', 'commit', '--stdin'], { input });
  await git(bare, 'update-ref', 'refs/heads/main', again);
  if (how === 'rewritten') return;
  inMemory.objects.delete(before);
  await git(bare, 'gc', '-q', '--prune=now');
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
  ...(['rewritten', 'deleted', 'rewritten and tidied up'] as const).map(
    (how): Case => ({
      name: `pushes to a branch that was ${how}, and its tip afterwards`,
      does: async (open, _, upset) => {
        const [remote, another] = [open(), open()];
        const tips = [await remote.tip(), await another.tip()];
        // What a change needs is asked for before: the server may not have it any more.
        for (const tip of tips) await tip.files(['*.md']);
        await upset(how);
        for (const [index, tip] of tips.entries())
          expect(await tip.commit(change('README.md', `${index}\n`), meta)).toEqual({ type: 'moved' });
        const fresh = remote.tip({ fresh: true });
        if (how === 'deleted') await expect(fresh).rejects.toThrow();
        else await (await fresh).commit(change('README.md', 'x\n'), meta);
      },
    }),
  ),
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
    /** Asks the real one what the one in memory has been asked since. */
    const compare = async (): Promise<void> => {
      expect(memory.exchanges).not.toEqual([]);
      for (const exchange of memory.exchanges.splice(0))
        expect(meaningOf(exchange.url, exchange.answer)).toEqual(
          meaningOf(exchange.url, await askReal(exchange)),
        );
    };

    await does(
      (branch = 'main') => openRemote({ url, branch }),
      url,
      async (how) => {
        await compare();
        await upsetMain(how, bare, inMemory);
      },
    );

    await compare();
    const tips = inMemory.tip() === '' ? '' : `${inMemory.tip()} refs/heads/main`;
    expect(await git(bare, 'for-each-ref', '--format=%(objectname) %(refname)')).toBe(tips);
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
