import { expect, it, test } from 'vitest';
import { TagboatError } from '../../lib/errors.ts';
import { createDigestComparison } from '../../lib/registry/compare-digests.ts';
import { partsOfManifest } from '../../lib/registry/manifest-parts.ts';

const id = (character: string): string => `sha256:${character.repeat(64)}`;
const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

test('an index is made of the manifests of its platforms', () => {
  const index = {
    schemaVersion: 2,
    manifests: [{ digest: id('1') }, { digest: id('2') }, { digest: 'none' }, 7],
  };
  expect(partsOfManifest(id('a'), bytes(index))).toEqual([id('a'), id('1'), id('2')]);
});

test('an image has a configuration, whose digest is its id', () => {
  const image = { schemaVersion: 2, config: { digest: id('c') }, layers: [{ digest: id('d') }] };
  expect(partsOfManifest(id('1'), bytes(image))).toEqual([id('1'), id('c')]);
});

test.each(['', '[]', 'null', '{"manifests":{}}', '<html>'])(
  'of %j nothing is known but its digest',
  (text) => {
    expect(partsOfManifest(id('1'), Buffer.from(text))).toEqual([id('1')]);
  },
);

/** Two indexes `a` and `b` that have a platform in common, another one `o`, and an image `i`. */
const registry = new Map([
  [id('a'), [id('a'), id('1'), id('2')]],
  [id('b'), [id('b'), id('1'), id('3')]],
  [id('o'), [id('o'), id('4')]],
  [id('3'), [id('3'), id('c')]],
  [id('i'), [id('i'), id('e')]],
]);

it.each([
  ['the digest itself', id('a'), id('a'), 'same'],
  ['that of a platform', id('a'), id('2'), 'same'],
  ['the id of an image', id('i'), id('e'), 'same'],
  ['that of an index pushed again with the same image in it', id('a'), id('b'), 'same'],
  ['that of another index', id('a'), id('o'), 'other'],
  ['that of a platform of another index', id('a'), id('3'), 'other'],
  ['one that the registry does not have', id('a'), id('f'), 'unknown'],
  ['one beside an image that the registry does not have any more', id('f'), id('a'), 'unknown'],
])('a runtime that names %s', async (_, expected, running, is) => {
  const compare = createDigestComparison('docker.io/acme/web', expected, {
    partsOf: async (_image, digest) => registry.get(digest),
  });

  expect(await compare(running)).toBe(is);
});

it('cannot tell while the registry does not answer, and can once it does', async () => {
  let answers = false;
  const asked: string[] = [];
  const compare = createDigestComparison('docker.io/acme/web', id('a'), {
    partsOf: async (image, digest) => {
      asked.push(`${image}@${digest}`);
      if (!answers) throw new TagboatError('registry-unreachable', 'no answer');
      return registry.get(digest);
    },
  });

  expect(await compare(id('2'))).toBe('unknown');
  answers = true;
  expect([await compare(id('2')), await compare(id('1'))]).toEqual(['same', 'same']);
  expect(asked).toEqual([`docker.io/acme/web@${id('a')}`, `docker.io/acme/web@${id('a')}`]);
});
