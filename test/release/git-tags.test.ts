import { describe, expect, it } from 'vitest';
import type { EnvironmentConfig } from '../../lib/config/types.ts';
import { createHarness } from './support/harness.ts';
import { hooksOfApp as hooks } from './support/hooks.ts';

const place = { app: 'app', environment: 'production' } as const;
const undo = { type: 'undo', ...place } as const;

const manifestWith = (tag: string): string => `apiVersion: v1
kind: Pod
metadata: { name: x }
spec:
  containers: [{ name: x, image: 'example/app:${tag}' }]
`;
const monorepo: Partial<EnvironmentConfig> = {
  on: 'tag-push',
  tags: { pattern: 'app@(.+)', order: 'semver' },
};
const createMonorepo = () => createHarness(monorepo, manifestWith('1.2.2'), { imageTag: '{version}' });

describe('a Git tag of a monorepo', () => {
  it('releases the image that it stands for; undone, neither of them comes back', async () => {
    const harness = createMonorepo();

    const answer = await harness.hook(hooks.github('app@1.2.3'));

    expect(answer.releases).toMatchObject([{ tag: '1.2.3', gitTag: 'app@1.2.3', created: true }]);
    expect(harness.repo.commits.at(-1)).toBe(manifestWith('1.2.3'));
    expect(await harness.newest()).toMatchObject({ state: 'healthy', tag: '1.2.3', gitTag: 'app@1.2.3' });
    expect(JSON.stringify(harness.channel.said.at(-1)?.message)).toContain('Git tag `app@1.2.3`');

    harness.clock.advance(60_000);
    await harness.say(undo);
    const again = await harness.hook(hooks.github('app@1.2.3'));

    expect(again).toMatchObject({
      releases: [],
      skipped: [{ tag: '1.2.3', gitTag: 'app@1.2.3', reason: 'held' }],
    });
    expect(harness.repo.commits.at(-1)).toBe(manifestWith('1.2.2'));
    expect(harness.cluster.tag).toBe('1.2.2');
    expect(await harness.held()).toEqual(['1.2.3']);
  });

  it('is older than another by the version in it', async () => {
    const harness = createMonorepo();
    await harness.hook(hooks.github('app@1.10.0'));

    await harness.hook(hooks.github('app@1.9.0', 'gh-2'));

    expect(await harness.newest()).toMatchObject({
      state: 'skipped',
      reason: { code: 'older-than-current', tag: '1.9.0', newer: '1.10.0' },
    });
    expect(harness.repo.commits.at(-1)).toBe(manifestWith('1.10.0'));
  });

  it('of another app of it is nothing to this one', async () => {
    const harness = createMonorepo();

    const answer = await harness.hook(hooks.github('api@1.3.0'));

    expect(answer).toMatchObject({ releases: [], skipped: [{ tag: 'api@1.3.0', reason: 'tag-policy' }] });
  });

  it('links to the comparison of the Git tags, that of the version before too', async () => {
    const harness = createMonorepo();

    await harness.hook(hooks.github('app@1.2.3'));

    expect(JSON.stringify(harness.channel.said.at(-1)?.message)).toContain(
      'https://github.com/example/app/compare/app%401.2.2...app%401.2.3',
    );
  });
});

describe('an image that does not come under the expected tag', () => {
  it.each<[string, string, string | undefined, readonly string[], string]>([
    [
      'the v is not in it',
      'v1.2.3',
      undefined,
      ['v1.2.3'],
      'app:v1.2.3 after 900 s; it has 1.2.3: see imageTag of the app app',
    ],
    [
      'the v is in it',
      'v1.2.3',
      '{version}',
      ['1.2.3'],
      'app:1.2.3 after 900 s; it has v1.2.3: see imageTag of the app app',
    ],
    [
      'lower case',
      'v1.2.3-RC1',
      '{tag}',
      ['v1.2.3-RC1', '1.2.3-RC1'],
      'app:v1.2.3-RC1 after 900 s; it has v1.2.3-rc1: see imageTag of the app app',
    ],
    ['none that is like it', 'v1.2.3', '{version}', ['1.2.3', 'v1.2.3'], 'app:1.2.3 after 900 s'],
  ])('%s', async (_name, gitTag, imageTag, absent, message) => {
    const tags = { semver: '*', prereleases: true } as const;
    const harness = createHarness({ on: 'tag-push', tags }, manifestWith('v1.0.0'), { imageTag });
    for (const tag of absent) harness.registry.digests.set(tag, undefined);

    await harness.hook(hooks.github(gitTag));
    await harness.pass(20 * 60_000);

    expect(await harness.newest()).toMatchObject({
      state: 'failed',
      reason: { code: 'image-not-found', message: `the registry has no example/${message}` },
    });
  });

  it('that a person named is told of without a word of imageTag', async () => {
    const harness = createHarness({}, manifestWith('v1.0.0'));
    harness.registry.digests.set('v1.2.3', undefined);

    await harness.say({ type: 'release', ...place, tag: 'v1.2.3' });

    expect((await harness.newest())?.reason).toMatchObject({
      message: 'the registry has no example/app:v1.2.3; it has 1.2.3',
    });
  });
});
