import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formats } from '../../lib/manifests/catalog.ts';

test('every file in formats/ is registered, under its own name', () => {
  const files = readdirSync(join(import.meta.dirname, '../../lib/manifests/formats'));
  expect(formats.map((format) => `${format.name}.ts`).sort()).toEqual(files.sort());
});
