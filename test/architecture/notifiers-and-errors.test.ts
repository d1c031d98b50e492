import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { errorCatalogue } from '../../lib/error-catalogue.ts';

import { notifiers } from '../../lib/notifiers/registry.ts';

const root = path.join(import.meta.dirname, '..', '..');
it('every notifier is registered', () => {
  const files = readdirSync(path.join(root, 'lib/notifiers')).map((file) => file.slice(0, -'.ts'.length));
  expect(Object.keys(notifiers).toSorted()).toEqual(
    files.filter((name) => name !== 'registry' && name !== 'notifier').toSorted(),
  );
});

it('every error code says what it means and what to do next, in whole sentences', () => {
  for (const [code, { meaning, next }] of Object.entries(errorCatalogue)) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(meaning, code).toMatch(/^(?:[A-Z`]|tagboat\.yml).*\.$/s);
    expect(next, code).toMatch(/^[A-Z`].*\.$/s);
  }
});
