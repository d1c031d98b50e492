import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { identityKeys, stackIdentityKey } from '../../../infra/local/webhooks/identity-key.ts';
import { configWith } from '../../release/support/context.ts';

const state = () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'tagboat-identity-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return { file: (...names: string[]) => path.join(directory, ...names) };
};

test('a stack keeps its key, and makes another where that is damaged', () => {
  const kept = state();
  const { id, published } = stackIdentityKey(kept);
  expect(stackIdentityKey(kept).published).toEqual(published);
  writeFileSync(kept.file('identity-key.pem'), 'damaged');
  expect(stackIdentityKey(kept).id).not.toBe(id);
});

test('a stack has a key only where a sender has tokens', () => {
  const kept = state();
  const google = { audience: 'x', serviceAccount: 'a@b' };
  const withSources = (sources: Parameters<typeof identityKeys>[0]['sources']) =>
    Object.keys(identityKeys({ ...configWith(), sources }, kept));
  expect(withSources({ github: { secret: 'env:SECRET' } })).toEqual([]);
  expect(withSources({ 'artifact-registry': google })).toEqual(['identityKeys']);
  expect(withSources({ mine: { type: 'artifact-registry', ...google } })).toEqual(['identityKeys']);
});
