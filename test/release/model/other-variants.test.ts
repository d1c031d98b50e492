import { expect, it } from 'vitest';
import type { Config, EnvironmentConfig } from '../../../lib/config/types.ts';
import { otherVariantsOf } from '../../../lib/release/model/other-variants.ts';
import type { Release } from '../../../lib/release/model/release.ts';
import { targetOf } from '../../../lib/release/model/target.ts';
import { configWith, production, requestFor } from '../support/context.ts';

const configOf = (browser: Partial<EnvironmentConfig>): Config => {
  const config = configWith({ tags: { pattern: 'build-(\\d+)', order: 'numeric' } });
  const { okeydokey } = config.apps;
  if (okeydokey === undefined) throw new Error('the test configuration has no app');
  const tags = { pattern: 'build-(\\d+)-chromium', order: 'numeric' } as const;
  const environments = { production: { ...production, tags, ...browser } };
  return { ...config, apps: { ...config.apps, browser: { ...okeydokey, environments } } };
};

const isOther = (tag: string, browser: Partial<EnvironmentConfig> = {}, about: Partial<Release> = {}) => {
  const config = configOf(browser);
  const release: Release = {
    ...requestFor('build-2'),
    id: '1',
    state: 'rolling-out',
    attempts: 0,
    createdAt: '',
    updatedAt: '',
    ...about,
  };
  return otherVariantsOf({ release, target: targetOf(config, 'okeydokey', 'production') }, config)(tag);
};

const elsewhere = { namespace: 'browsers', files: ['browsers/*.yml'] } as const;

it.each<[string, boolean, ...Parameters<typeof isOther>]>([
  ['one that only the other app admits, after the commit', true, 'build-3-chromium'],
  ['its own', false, 'build-3'],
  ['one that nobody admits', false, 'latest'],
  ['one that the commit left alone', true, 'latest', {}, { otherTags: ['latest'] }],
  ['its tag, released by hand', false, 'build-2-chromium', {}, { tag: 'build-2-chromium' }],
  ['what it replaced', false, 'build-1-chromium', {}, { replaced: [{ tag: 'build-1-chromium' }] }],
  ['one of the same namespace, in other files', true, 'build-3-chromium', { files: ['browsers/*.yml'] }],
  ['one of the same files, in another namespace', true, 'build-3-chromium', { namespace: 'browsers' }],
  ['one that is somewhere else altogether', false, 'build-3-chromium', elsewhere],
  [
    'one of files that are taken out',
    false,
    'build-3-chromium',
    { ...elsewhere, files: ['!deployment/*.yml'] },
  ],
])('%s: %s', (_name, expected, ...given) => {
  expect(isOther(...given)).toBe(expected);
});
