import { expect, it, onTestFinished } from 'vitest';
import { openRemote } from '../../../lib/git/remote.ts';
import { createStagedManifests } from '../../../lib/release/commit/staged-manifests.ts';
import { startMemoryConfigRepo } from '../support/memory-config-repo.ts';

const start = async () => {
  const names = ['a', 'b', 'c', 'd'];
  const files = Object.fromEntries(
    names.map((name) => [`apps/${name}/values.yml`, `image: org/${name}:v1\n`]),
  );
  const repo = await startMemoryConfigRepo(files);
  onTestFinished(repo.close);
  const staged = createStagedManifests(await openRemote({ url: repo.url, branch: repo.branch }).tip());
  const places = (name: string) => ({ files: [`apps/${name}/*.yml`] });
  return {
    repo,
    staged,
    places: names.map(places),
    tags: async () => {
      const uses = names.map((name) => staged.find(places(name), `docker.io/org/${name}`, name));
      return (await Promise.all(uses)).flatMap((one) => one.uses.map(({ tag }) => tag));
    },
  };
};

it('the files of many releases come in one request, once they are prepared', async () => {
  const { repo, staged, places, tags } = await start();

  await staged.prepare(places);
  repo.requests.length = 0;

  expect(await tags()).toEqual(['v1', 'v1', 'v1', 'v1']);
  expect(repo.requests).toMatchObject([{ method: 'POST', url: expect.stringMatching(/\/git-upload-pack$/) }]);
});

it('globs that nobody may use spoil nothing for the others', async () => {
  const { staged, places, tags } = await start();

  await staged.prepare([{ files: ['../*.yml'] }, ...places]);

  expect(await tags()).toEqual(['v1', 'v1', 'v1', 'v1']);
  await expect(staged.find({ files: ['../*.yml'] }, 'docker.io/org/a', 'a')).rejects.toThrow(
    expect.objectContaining({ code: 'manifest-path-refused' }),
  );
});
