import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { errorCatalogue } from '../../lib/error-catalogue.ts';

import { notifiers } from '../../lib/notifiers/catalog.ts';

const root = path.join(import.meta.dirname, '..', '..');
it('every notifier is registered', () => {
  const folder = path.join(root, 'lib/notifiers');
  const makers = readdirSync(folder).filter((file) =>
    /\): Notifier =>/.test(readFileSync(path.join(folder, file), 'utf8')),
  );
  expect(makers.map((file) => path.basename(file, '.ts')).toSorted()).toEqual(
    Object.keys(notifiers).toSorted(),
  );
});

it('every error code says what it means and what to do next, in whole sentences', () => {
  for (const [code, { meaning, next }] of Object.entries(errorCatalogue)) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(meaning, code).toMatch(/^(?:[A-Z`]|tagboat\.yml).*\.$/s);
    expect(next, code).toMatch(/^[A-Z`].*\.$/s);
  }
});
