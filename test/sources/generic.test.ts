import { describe, expect, it } from 'vitest';
import type { SourceConfig } from '../../lib/config/types.ts';
import { generic } from '../../lib/sources/generic.ts';
import { arrived } from '../contract/senders.ts';

const parse = (payload: unknown, config: SourceConfig = {}) =>
  generic.parse(arrived(JSON.stringify(payload), {}), config);

const digest = `sha256:${'ab'.repeat(32)}`;
const [image, repository, tag] = ['ghcr.io/acme/web', 'github.com/acme/web', '1.2.3'];

describe('a payload of our own words', () => {
  it.each([
    ['neither image nor repository', { tag }, '`image` is missing'],
    ['both', { image, repository, tag }, '`image` and `repository` are both given: announce them one by one'],
    ['no tag', { image }, '`tag` is missing'],
    ['an empty tag, as of a variable that is not set', { image, tag: '' }, '`tag` is missing'],
    ['a tag that no registry has', { image, tag: 'feature/x' }, '`tag` is not a tag'],
    ['a number with a fraction, which is not what was written', { image, tag: 1.1 }, '`tag` is not a text'],
    ['no image', { image: 'Not An Image', tag }, '`image` is not the name of an image'],
    ['a digest that is none', { image, tag, digest: 'abc' }, '`digest` is not a digest'],
    [
      'a revision that is none',
      { repository, tag, revision: 'main' },
      '`revision` is not the id of a commit',
    ],
    ['no repository', { repository: 'web', tag }, 'the URL of the repository is not one of http or https'],
  ])('is refused with %s', (_name, payload, message) => {
    expect(() => parse(payload)).toThrow(expect.objectContaining({ code: 'payload-invalid', message }));
  });

  it.each(['https://github.com/Acme/web.git', 'http://github.com/acme/web/', 'github.com/acme/web'])(
    'names a repository by %s',
    (url) => {
      expect(parse({ repository: url, tag }).events).toMatchObject([{ repository }]);
    },
  );

  it('is believed its digest only where it is signed', () => {
    const payload = { image, tag, digest };
    expect(parse(payload).events).toMatchObject([{ digest }]);
    expect(parse(payload, { signature: 'token' }).events).toMatchObject([{ digest: undefined }]);
  });
});

describe('a payload of other words', () => {
  it.each([
    ['an image by path', { image: '$.a' }],
    ['a constant image', { image }],
  ])('%s leaves what its payload calls repository alone', (_name, config) => {
    const payload = { a: image, repository: { id: 1 }, tag };
    expect(parse(payload, config).events).toMatchObject([{ image }]);
  });

  it('pairs lists by their index', () => {
    const config = { image: '$.names[*]', tag: '$.tags[*]' };
    const payload = { names: ['x.io/a', 'x.io/b'], tags: ['1', '2'] };
    expect(parse(payload, config).events).toMatchObject([
      { image: 'x.io/a', tag: '1' },
      { image: 'x.io/b', tag: '2' },
    ]);
  });

  it('makes no pair of an image and a tag that do not belong together', () => {
    const config = { image: '$.all[*].name', tag: '$.all[*].tags[*]' };
    const all = [
      { name: 'x.io/a', tags: ['1', '2'] },
      { name: 'x.io/b', tags: [] },
    ];
    expect(parse({ all }, config).events.map((event) => ({ ...event }))).toMatchObject([
      { image: 'x.io/a', tag: '1' },
      { image: 'x.io/a', tag: '2' },
    ]);
  });

  it('is refused where a tag has no image beside it', () => {
    const config = { image: '$.all[*].tags[*].image', tag: '$.all[*].tag' };
    expect(() => parse({ all: [{ tag }] }, config)).toThrow(
      expect.objectContaining({ code: 'payload-invalid', message: '`image` is missing' }),
    );
  });

  it('is refused with more tags than anybody pushes', () => {
    const config = { image, tag: '$.tags[*]' };
    expect(() => parse({ tags: Array(1001).fill(tag) }, config)).toThrow(
      expect.objectContaining({ code: 'payload-invalid', message: '`tag` leads to more than 1000 places' }),
    );
    expect(parse({ tags: Array(1000).fill(tag) }, config).events).toHaveLength(1);
  });
});
