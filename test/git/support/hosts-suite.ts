import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createObjectCache, openRemote } from '../../../lib/git/remote.ts';
import { type Particularities, startParticularServer } from './particular-server.ts';
import { asked, change, meta, text } from './remote-fixture.ts';
import { createWorkspace, git, gitBytes, type Workspace } from './repository.ts';
import { useShell } from './shell.ts';

/** Git hosts as they announce themselves; each refuses what it did not announce. */
export const hosts: readonly Particularities[] = [
  {
    // https://github.com/go-git/go-git/issues/64, https://github.com/fluxcd/source-controller/issues/104
    name: 'Azure DevOps',
    version2: false,
    fetch: ['multi_ack', 'multi_ack_detailed', 'side-band', 'side-band-64k', 'ofs-delta', 'shallow'],
    insistsOn: ['multi_ack', 'multi_ack_detailed'],
    push: ['report-status', 'side-band-64k', 'delete-refs'],
  },
  {
    name: 'Azure DevOps, before multi_ack_detailed',
    version2: false,
    fetch: ['multi_ack', 'side-band-64k', 'shallow'],
    insistsOn: ['multi_ack'],
    push: ['report-status', 'delete-refs'],
  },
  {
    name: 'Gitea, and GitLab',
    version2: true,
    fetch: [],
    push: [
      'report-status',
      'report-status-v2',
      'delete-refs',
      'side-band-64k',
      'quiet',
      'atomic',
      'agent=git/2',
    ],
  },
  {
    name: 'Bitbucket Data Center before version 2',
    version2: false,
    fetch: [
      'multi_ack',
      'thin-pack',
      'side-band',
      'side-band-64k',
      'ofs-delta',
      'shallow',
      'no-progress',
      'include-tag',
      'multi_ack_detailed',
      'agent=git/2',
    ],
    push: ['report-status', 'delete-refs', 'side-band-64k', 'quiet', 'ofs-delta', 'agent=git/2'],
  },
  {
    name: 'git http-backend 1.6.6',
    version2: false,
    fetch: ['multi_ack', 'thin-pack', 'side-band', 'side-band-64k', 'ofs-delta', 'shallow', 'no-progress'],
    push: ['report-status', 'delete-refs'],
  },
  {
    name: 'a server with the small side band only',
    version2: false,
    fetch: ['side-band', 'shallow'],
    push: ['report-status', 'side-band'],
  },
  {
    name: 'a server without side band and deltas',
    version2: false,
    fetch: ['shallow'],
    push: ['report-status'],
  },
  {
    name: 'a server without shallow clones',
    version2: false,
    fetch: ['side-band-64k'],
    push: ['report-status'],
  },
  { name: 'a server that does not report', version2: false, fetch: ['shallow'], push: ['delete-refs'] },
];

const files = {
  'deployment/deployment.yml': 'image: okeydokey:1.0.0\n',
  'other/big.yml': `x: ${'1'.repeat(5000)}\n`,
};

/** Reads from such a host, and pushes to it. */
export const testHosts = (tested: readonly Particularities[]): void => {
  useShell();
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await createWorkspace();
  });
  afterAll(() => workspace.remove());

  /** A second commit, so that there is a history to leave out, and deltas to send. */
  const createWithHistory = async (name: string): Promise<string> => {
    const bare = await workspace.createRepository(name, files);
    const second = `commit refs/heads/main
committer Mona <mona@example.com> 1767323046 +0000
data 6
second
from refs/heads/main^0
M 100644 inline other/big.yml
data 5004
x: ${'1'.repeat(4999)}2
done
`;
    await gitBytes(bare, ['fast-import', '--quiet', '--done'], { input: Buffer.from(second) });
    await git(bare, 'repack', '-a', '-d', '-q');
    return bare;
  };

  describe.each(tested)('$name', (host) => {
    it('is read from, and pushed to, cold and warm', async () => {
      const name = host.name.replace(/\W+/g, '-');
      const bare = await createWithHistory(name);
      const server = await startParticularServer(host, workspace.directory);
      const cache = createObjectCache();
      const release = async (tag: string) => {
        const remote = openRemote({ url: `${server.origin}/${name}.git`, branch: 'main', cache });
        const tip = await remote.tip();
        const [file] = await tip.files(['deployment/*.yml']);
        const before = file === undefined ? undefined : text(await tip.read(file));
        const { type } = await tip.commit(
          change('deployment/deployment.yml', `image: okeydokey:${tag}\n`),
          meta,
        );
        return { before, type };
      };
      try {
        expect(await release('1.1.0')).toEqual({ before: 'image: okeydokey:1.0.0\n', type: 'pushed' });
        server.requests.length = 0;
        expect(await release('1.2.0')).toEqual({ before: 'image: okeydokey:1.1.0\n', type: 'pushed' });

        // What a push may ask for is remembered; one that is not reported is looked for
        const looksAgain = host.push.includes('report-status') ? [] : ['GET /info/refs'];
        expect(asked(server)).toEqual(['POST /git-receive-pack', ...looksAgain]);
        expect(await git(bare, 'log', '--format=%s', 'main')).toBe(
          'Release okeydokey 1.2.0\nRelease okeydokey 1.2.0\nsecond\nfirst',
        );
        expect(await git(bare, 'fsck', '--strict', '--full')).toBe('');
      } finally {
        await server.close();
      }
    });

    it('finds a branch that moved', async () => {
      const name = `${host.name.replace(/\W+/g, '-')}-moved`;
      const bare = await createWithHistory(name);
      const server = await startParticularServer(host, workspace.directory);
      try {
        const remote = openRemote({ url: `${server.origin}/${name}.git`, branch: 'main' });
        const tip = await remote.tip();
        await tip.files(['deployment/*.yml']);
        await git(bare, 'update-ref', 'refs/heads/main', 'main~1');

        const { type } = await tip.commit(change('deployment/deployment.yml', 'image: okeydokey:2\n'), meta);

        expect(type).toBe('moved');
        expect(await git(bare, 'log', '--format=%s', 'main')).toBe('first');
      } finally {
        await server.close();
      }
    });
  });
};
