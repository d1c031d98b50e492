import { describe, expect, it } from 'vitest';
import { createObjectCache, openRemote } from '../../lib/git/remote.ts';
import { exportToGit } from './support/memory-export.ts';
import { asked, change, meta, openMain } from './support/remote-fixture.ts';
import { useRepositories } from './support/repositories.ts';
import { git } from './support/repository.ts';

const repositories = useRepositories();

const refused = (code: string) => expect.objectContaining({ code });

describe('requests', () => {
  const releaseOnce = async (name: string, cache = createObjectCache(), tag = '1.1.0') => {
    const tip = await openMain(repositories.server(), name, cache).tip();
    for (const file of await tip.files(['deployment/*.yml'])) await tip.read(file);
    return tip.commit(change('deployment/deployment.yml', `image: okeydokey:${tag}\n`), meta);
  };

  it('are five for a change from nothing', async () => {
    const { name } = repositories.create();

    await releaseOnce(name);

    expect(asked(repositories.server())).toEqual([
      'GET /info/refs',
      'POST /git-upload-pack',
      'POST /git-upload-pack',
      'POST /git-upload-pack',
      'POST /git-receive-pack',
    ]);
  });

  it('are one for the next change', async () => {
    const { name, repository } = repositories.create();
    const cache = createObjectCache();
    await releaseOnce(name, cache);
    repositories.server().requests.length = 0;

    await releaseOnce(name, cache, '1.2.0');

    expect(asked(repositories.server())).toEqual(['POST /git-receive-pack']);
    expect(repository.text('deployment/deployment.yml')).toBe('image: okeydokey:1.2.0\n');
    await using exported = await exportToGit({ '': repository });
    expect(await git(exported.bare, 'fsck', '--strict', '--full')).toBe('');
  });

  it('are two where the tip is asked for afresh and nobody else has pushed', async () => {
    const { name } = repositories.create();
    const cache = createObjectCache();
    await releaseOnce(name, cache);
    repositories.server().requests.length = 0;

    const tip = await openMain(repositories.server(), name, cache).tip({ fresh: true });
    await tip.commit(change('README.md', 'changed\n'), meta);

    expect(asked(repositories.server())).toEqual(['POST /git-upload-pack', 'POST /git-receive-pack']);
  });

  it('are no more than needed where the cache holds next to nothing', async () => {
    const { name, repository } = repositories.create();
    const cache = createObjectCache({ maxBytes: 1 });
    await releaseOnce(name, cache);
    repositories.server().requests.length = 0;

    await releaseOnce(name, cache, '1.2.0');

    expect(asked(repositories.server())).toEqual([
      'POST /git-upload-pack',
      'POST /git-upload-pack',
      'POST /git-receive-pack',
    ]);
    expect(repository.text('deployment/deployment.yml')).toBe('image: okeydokey:1.2.0\n');
  });

  it('share nothing between users, but the objects', async () => {
    const { name } = repositories.create();
    const cache = createObjectCache();
    await releaseOnce(name, cache);
    repositories.server().requests.length = 0;

    await openRemote({
      url: `${repositories.server().origin}/${name}.git`,
      branch: 'main',
      credentials: { username: 'another', password: 'user' },
      cache,
    }).tip();

    expect(asked(repositories.server())).toEqual(['GET /info/refs', 'POST /git-upload-pack']);
  });
});

describe('a branch that moves', () => {
  const pushFromElsewhere = async (name: string, content: string) => {
    const tip = await openMain(repositories.server(), name).tip();
    const outcome = await tip.commit(change('README.md', content), meta);
    expect(outcome.type).toBe('pushed');
  };

  it('is reported, not overwritten', async () => {
    const { name, repository } = repositories.create();
    const remote = openMain(repositories.server(), name);
    const tip = await remote.tip();
    await pushFromElsewhere(name, 'elsewhere\n');
    const moved = repository.tip();

    const outcome = await tip.commit(change('deployment/deployment.yml', 'x\n'), meta);

    expect(outcome).toEqual({ type: 'moved' });
    expect(repository.tip()).toBe(moved);
  });

  it('takes the change on top of the fresh tip', async () => {
    const { name, repository } = repositories.create();
    const remote = openMain(repositories.server(), name);
    const tip = await remote.tip();
    await pushFromElsewhere(name, 'elsewhere\n');
    await tip.commit(change('deployment/deployment.yml', 'x\n'), meta);

    const fresh = await remote.tip();
    const outcome = await fresh.commit(change('deployment/deployment.yml', 'x\n'), meta);

    expect(outcome.type).toBe('pushed');
    expect(repository.text('README.md')).toBe('elsewhere\n');
    expect(repository.text('deployment/deployment.yml')).toBe('x\n');
    expect(repository.history()).toHaveLength(3);
  });

  it('is reported where it was rewritten, and where it is gone', async () => {
    const { name, repository } = repositories.create();
    const remote = openMain(repositories.server(), name);
    const tip = await remote.tip();
    repository.rewrite();
    expect(await tip.commit(change('README.md', 'x\n'), meta)).toEqual({ type: 'moved' });
    repository.refs.delete('refs/heads/main');

    expect(await tip.commit(change('README.md', 'x\n'), meta)).toEqual({ type: 'moved' });
    await expect(remote.tip({ fresh: true })).rejects.toThrow(refused('git-branch-not-found'));
  });

  it('is asked for again where the server no longer has the remembered commit', async () => {
    const { name, repository } = repositories.create();
    const cache = createObjectCache({ maxBytes: 1 });
    const server = repositories.server();
    await openMain(server, name, cache).tip();
    const before = repository.tip();
    const rewritten = repository.rewrite();
    repository.objects.delete(before);

    const stale = openMain(server, name, cache).tip();

    await expect((await stale).files(['*.md'])).rejects.toThrow(
      expect.objectContaining({ code: 'git-protocol', retry: 'retryable' }),
    );
    expect((await openMain(server, name, cache).tip()).revision).toBe(rewritten);
  });

  it('takes every change of eight writers at once', async () => {
    const { name, repository } = repositories.create();
    const write = async (writer: number): Promise<void> => {
      const remote = openMain(repositories.server(), name);
      for (let fresh = false; ; fresh = true) {
        const tip = await remote.tip({ fresh });
        const outcome = await tip.commit(change(`writers/${writer}.yml`, `image: ${writer}\n`), meta);
        if (outcome.type === 'pushed') return;
      }
    };

    await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));

    for (let writer = 0; writer < 8; writer += 1)
      expect(repository.text(`writers/${writer}.yml`)).toBe(`image: ${writer}\n`);
    expect(repository.history()).toHaveLength(9);
    await using exported = await exportToGit({ '': repository });
    expect(await git(exported.bare, 'fsck', '--strict', '--full')).toBe('');
  });
});
