import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sources } from '../../lib/sources/catalog.ts';

/** What stands in the folder and is no source. */
const shared = [
  'catalog.ts',
  'github-package.ts',
  'images.ts',
  'notification.ts',
  'payload.ts',
  'proof.ts',
  'pushed-refs.ts',
  'repository.ts',
  'repository-path.ts',
  'scope.ts',
  'source.ts',
  'verify.ts',
];

test('every file is a registered source of that name, and the other way round', () => {
  const files = readdirSync(new URL('../../lib/sources', import.meta.url))
    .filter((file) => !shared.includes(file))
    .map((file) => file.replace(/\.ts$/, ''));

  expect(Object.keys(sources).sort()).toEqual(files.sort());
  expect(Object.values(sources).map(({ name }) => name)).toEqual(Object.keys(sources));
});
