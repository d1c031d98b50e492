import { describe, expect, it } from 'vitest';
import { openRemote } from '../../lib/git/remote.ts';
import { asked, openMain, text } from './support/remote-fixture.ts';
import { useRepositories } from './support/repositories.ts';

const repositories = useRepositories();

const refused = (code: string) => expect.objectContaining({ code });

describe('reading', () => {
  it('finds the regular files that the globs mean, sorted, with their modes', async () => {
    const { name, repository } = repositories.create();

    const tip = await openMain(repositories.server(), name).tip();
    const found = await tip.files(['deployment/*', 'README.md', 'linked/*']);

    expect(tip.revision).toBe(repository.tip());
    expect(found.map(({ path, mode }) => `${mode} ${path}`)).toEqual([
      '100644 README.md',
      '100755 deployment/deploy.sh',
      '100644 deployment/deployment.yml',
      '100644 deployment/service.yml',
    ]);
  });

  it('fetches all the files that were found in one request', async () => {
    const { name } = repositories.create();
    const tip = await openMain(repositories.server(), name).tip();
    const found = await tip.files(['deployment/*.yml', 'apps/*/overlays/prod/*.yml']);
    repositories.server().requests.length = 0;

    const contents = await Promise.all(found.map(async (file) => text(await tip.read(file))));

    expect(contents).toEqual(['tag: 1\n', 'image: okeydokey:1.0.0\n', 'kind: Service\n']);
    expect(asked(repositories.server())).toEqual(['POST /git-upload-pack']);
  });

  it('hands out copies: writing into one changes nothing', async () => {
    const { name } = repositories.create();
    const tip = await openMain(repositories.server(), name).tip();
    const [file] = await tip.files(['README.md']);
    if (file === undefined) throw new Error('not found');

    (await tip.read(file)).fill(0);

    expect(text(await tip.read(file))).toBe('hello\n');
  });

  it('finds files at any depth', async () => {
    const { name } = repositories.create();

    const found = await (await openMain(repositories.server(), name).tip()).files(['**/*.yml']);

    expect(found.map(({ path }) => path)).toEqual([
      'apps/a/overlays/prod/values.yml',
      'deployment/deployment.yml',
      'deployment/service.yml',
    ]);
    expect(asked(repositories.server())).toHaveLength(3);
  });

  it('fetches a level of trees at a time where a second search leads deeper than the first', async () => {
    const { name } = repositories.create();
    const tip = await openMain(repositories.server(), name).tip();
    await tip.files(['*.md']);
    repositories.server().requests.length = 0;

    const found = await tip.files(['apps/*/overlays/*/*.yml']);

    expect(found.map(({ path }) => path)).toEqual(['apps/a/overlays/prod/values.yml']);
    expect(asked(repositories.server())).toEqual(['POST /git-upload-pack']);
  });

  it('finds nothing in an empty tree', async () => {
    const { name } = repositories.create({});

    expect(await (await openMain(repositories.server(), name).tip()).files(['**'])).toEqual([]);
  });

  it.each(['no-such-branch', 'mai', 'main/x'])('says that there is no branch %s', async (branch) => {
    const { name } = repositories.create();
    const remote = openRemote({ url: `${repositories.server().origin}/${name}.git`, branch });

    await expect(remote.tip()).rejects.toThrow(refused('git-branch-not-found'));
  });

  it('does not take a longer name for the branch', async () => {
    const { name, repository } = repositories.create();
    repository.refs.set('refs/heads/release-candidate', repository.tip());
    repository.refs.set('refs/heads/release/next', repository.tip());
    const remote = openRemote({ url: `${repositories.server().origin}/${name}.git`, branch: 'release-' });

    await expect(remote.tip()).rejects.toThrow(refused('git-branch-not-found'));
  });

  it('says that there is no repository', async () => {
    await expect(openMain(repositories.server(), 'nowhere').tip()).rejects.toThrow(refused('git-not-found'));
  });
});
