import { expect, it } from 'vitest';
import { openRemote } from '../../lib/git/remote.ts';
import { asked, text } from './support/remote-fixture.ts';
import { useRepositories } from './support/repositories.ts';

const repositories = useRepositories();

const manifests = {
  'a.yml': 'image: org/a:1\n',
  'b.yml': 'image: org/b:1\n',
  'huge.yml': `${'x'.repeat(5_000)}\n`,
};

const find = async (limits: { readonly objectBytes?: number; readonly inflatedBytes?: number }) => {
  const { name } = repositories.create(manifests);
  const url = `${repositories.server().origin}/${name}.git`;
  const tip = await openRemote({ url, branch: 'main', limits }).tip();
  const files = await tip.files(['*.yml']);
  repositories.server().requests.length = 0;
  const read = async (path: string): Promise<string> => {
    const file = files.find((candidate) => candidate.path === path);
    if (file === undefined) throw new Error(`${path} was not found`);
    return text(await tip.read(file));
  };
  return { read };
};

it('a file that is too large fails alone', async () => {
  const { read } = await find({ objectBytes: 1_000 });

  expect(await read('a.yml')).toBe(manifests['a.yml']);
  await expect(read('huge.yml')).rejects.toThrow(expect.objectContaining({ code: 'git-too-large' }));
  expect(await read('b.yml')).toBe(manifests['b.yml']);
});

it('files that are too large together come one by one', async () => {
  const { read } = await find({ inflatedBytes: 5_010 });

  expect(await read('huge.yml')).toBe(manifests['huge.yml']);
  expect(await read('a.yml')).toBe(manifests['a.yml']);
  expect(asked(repositories.server())).toEqual([
    'POST /git-upload-pack',
    'POST /git-upload-pack',
    'POST /git-upload-pack',
  ]);
});
