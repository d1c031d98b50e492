import { array, assert, constantFrom, integer, option, property } from 'fast-check';
import { expect, test } from 'vitest';
import {
  carriersOf,
  compareWith,
  isRelease,
  withRelease,
} from '../../../lib/cluster/objects/template-image.ts';
import { parseImage } from '../../../lib/image.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const image = 'docker.io/acme/web';

const carrierOf = (text: string) => {
  const carrier = carriersOf({ containers: [{ name: 'c', image: text }] }, image)[0];
  if (carrier === undefined) throw new Error(`${text} is not carried`);
  return carrier;
};

test('containers and init containers that carry the image, in every spelling, and no other', () => {
  const spec = {
    initContainers: [{ name: 'i', image: 'index.docker.io/acme/web:2' }],
    containers: [
      { name: 'a', image: 'acme/web' },
      { name: 'b', image: 'acme/web-proxy:1' },
      { name: 'c', image: 'ghcr.io/acme/web:1' },
      { name: 'd' },
      { name: 'e', image: '{{ broken }}' },
    ],
  };
  expect(carriersOf(spec, image).map(({ list, container }) => [list, container])).toEqual([
    ['initContainers', 'i'],
    ['containers', 'a'],
  ]);
  expect(carriersOf(undefined, image)).toEqual([]);
});

test.each([
  ['acme/web:1', { tag: '1' }, true],
  ['acme/web:2', { tag: '1' }, false],
  ['acme/web', { tag: '1' }, false],
  [`acme/web:1@${digest}`, { tag: '1' }, false],
  [`acme/web:1@${digest}`, { tag: '1', digest }, true],
  [`acme/web@${digest}`, { tag: '1', digest }, true],
  ['acme/web:1', { tag: '1', digest }, false],
])('%s and the release %j: %s', (text, release, expected) => {
  expect(isRelease(carrierOf(text).reference, { image, ...release })).toBe(expected);
});

const old = `sha256:${'0'.repeat(64)}`;

// helm/charts#23240, prometheus-community/helm-charts#3355: a digest that stayed beside a tag that changed.
test.each([
  ['acme/web:2', {}, 'same'],
  ['acme/web:1', {}, 'other'],
  ['acme/web:2', { knownDigest: digest }, 'same'],
  [`acme/web:2@${digest}`, { knownDigest: digest }, 'same'],
  [`acme/web@${digest}`, { knownDigest: digest }, 'same'],
  [`acme/web:1@${digest}`, { knownDigest: digest }, 'same'],
  [`acme/web:2@${old}`, { knownDigest: digest }, 'other-digest'],
  [`acme/web@${old}`, { knownDigest: digest }, 'other'],
  [`acme/web:1@${old}`, { knownDigest: digest }, 'other'],
  [`acme/web:2@${old}`, {}, 'unclear'],
  [`acme/web@${old}`, {}, 'unclear'],
  [`acme/web:1@${old}`, {}, 'other'],
  [`acme/web:2@${digest}`, { digest, knownDigest: digest }, 'same'],
  [`acme/web:2@${old}`, { digest, knownDigest: digest }, 'other'],
  ['acme/web:2', { digest }, 'other'],
] as const)('%s beside the release 2 with %j: %s', (text, digests, expected) => {
  expect(compareWith(parseImage(text), { image, tag: '2', ...digests })).toBe(expected);
});

test.each([
  ['acme/web:1', { tag: '2' }, 'acme/web:2'],
  ['acme/web', { tag: '2' }, 'acme/web:2'],
  ['docker.io/acme/web:1', { tag: '2' }, 'docker.io/acme/web:2'],
  [`acme/web:1@${digest}`, { tag: '2' }, 'acme/web:2'],
  [`acme/web@${digest}`, { tag: '2' }, 'acme/web:2'],
  ['acme/web:1', { tag: '2', digest }, `acme/web:2@${digest}`],
])('%s given the release %j keeps its spelling', (text, release, expected) => {
  expect(withRelease(carrierOf(text), { image, ...release })).toBe(expected);
});

test('setting the release in any spelling makes it the release, and changes nothing else', () => {
  const hosts = constantFrom('', 'docker.io/', 'index.docker.io/');
  const tags = option(constantFrom('1', 'v1.2.3', 'latest', '007'), { nil: undefined });
  const digests = option(constantFrom(digest), { nil: undefined });
  const releases = array(integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 3 });
  assert(
    property(hosts, tags, digests, releases, digests, (host, tag, old, numbers, pinned) => {
      const text = `${host}acme/web${tag === undefined ? '' : `:${tag}`}${old === undefined ? '' : `@${old}`}`;
      const release = { image, tag: numbers.join('.'), digest: pinned };
      const set = withRelease(carrierOf(text), release);
      expect(set.startsWith(`${host}acme/web:`)).toBe(true);
      expect(isRelease(parseImage(set), release)).toBe(true);
      expect(parseImage(set)).toMatchObject({ name: image, tag: release.tag, digest: pinned });
    }),
  );
});
