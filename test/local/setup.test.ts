import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

/** Plain JavaScript, since it runs before there is a Node that takes anything else. */
const setup = pathToFileURL(path.resolve(import.meta.dirname, '../../bin/setup.mjs')).href;

it.each([
  ['v20.19.0', false],
  ['v22.17.1', false],
  ['v22.18.0', true],
  ['v23.0.0', false],
  ['v23.5.0', false],
  ['v23.6.0', true],
  ['v24.0.0', true],
])('Node %s runs TypeScript without a flag: %s', async (version, expected) => {
  const { isRecent } = (await import(setup)) as { readonly isRecent: (version: string) => boolean };

  expect(isRecent(version)).toBe(expected);
});
