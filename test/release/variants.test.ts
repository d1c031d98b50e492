import { describe, expect, it } from 'vitest';
import type { EnvironmentConfig } from '../../lib/config/types.ts';
import { digest, production } from './support/context.ts';
import { createHarness } from './support/harness.ts';
import { hooksOfApp as hooks } from './support/hooks.ts';

const place = { app: 'app', environment: 'production' } as const;

/** One image under two families of tags. https://github.com/argoproj-labs/argocd-image-updater/issues/420 */
const values = (web: string, browser: string): string =>
  `web: { image: 'example/app:${web}' }\nbrowser: { image: 'example/app:${browser}' }\n`;

const createVariants = (environment: Partial<EnvironmentConfig>, text: string) =>
  createHarness({ deliver: 'agent', ...environment }, text);

const builds = { tags: { pattern: 'build-(\\d+)', order: 'numeric' } } as const;

describe('variants of one image in one environment', () => {
  it('are told apart by the policy: each keeps its own', async () => {
    const harness = createVariants(builds, values('build-1', 'build-1-chromium'));

    await harness.hook(hooks.dockerhub('build-2'));

    expect(harness.repo.commits.at(-1)).toBe(values('build-2', 'build-1-chromium'));
    const release = await harness.newest();
    expect(release).toMatchObject({
      state: 'healthy',
      otherTags: ['build-1-chromium'],
      remarks: { first: [{ type: 'other-variant', file: 'app.yml', line: 2, tag: 'build-1-chromium' }] },
    });
    expect(JSON.stringify(harness.channel.said.at(-1)?.message)).toContain(
      'Not changed: app.yml:2 has the image as build-1-chromium, which `tags` of app does not admit.',
    );
  });

  it('stay apart when one is undone, and when what was released by hand is', async () => {
    const harness = createVariants(builds, values('build-1', 'build-1-chromium'));
    await harness.hook(hooks.dockerhub('build-2'));
    harness.clock.advance(60_000);
    await harness.say({ type: 'undo', ...place });
    expect(harness.repo.commits.at(-1)).toBe(values('build-1', 'build-1-chromium'));

    harness.clock.advance(60_000);
    await harness.say({ type: 'release', ...place, tag: 'hotfix' });
    expect(harness.repo.commits.at(-1)).toBe(values('hotfix', 'build-1-chromium'));
    await harness.hook(hooks.dockerhub('build-3'));
    expect(harness.repo.commits.at(-1)).toBe(values('build-3', 'build-1-chromium'));

    harness.clock.advance(60_000);
    await harness.say({ type: 'undo', ...place });
    expect(harness.repo.commits.at(-1)).toBe(values('hotfix', 'build-1-chromium'));
    expect(await harness.held()).toEqual(['build-2', 'build-3']);
  });

  it('compare with what stands in their own places', async () => {
    const harness = createVariants(builds, values('build-1', 'build-9-chromium'));

    await harness.hook(hooks.dockerhub('build-2'));

    expect(harness.repo.commits.at(-1)).toBe(values('build-2', 'build-9-chromium'));
  });

  it('are refused where the policy admits both', async () => {
    const text = values('develop', 'develop-chromium');
    const harness = createVariants({ tags: { pattern: 'develop.*' }, pin: 'digest' }, text);

    await harness.hook(hooks.dockerhub('develop-chromium'));

    expect(await harness.newest()).toMatchObject({
      state: 'failed',
      reason: {
        code: 'manifest-refused',
        message:
          'app.yml:2:19: develop-chromium is a variant of develop, and the policy does not tell the two apart; write a pattern in `tags` that only one of them matches',
      },
    });
    expect(harness.repo.commits).toEqual([text]);
  });

  it('are not what somebody committed by hand: an undo takes that out of every place', async () => {
    const harness = createVariants(builds, values('build-1', 'build-1'));
    await harness.hook(hooks.dockerhub('build-2'));
    harness.repo.commits.push(values('build-2', 'quick-fix'));
    harness.clock.advance(60_000);

    await harness.say({ type: 'undo', ...place });

    expect(harness.repo.commits.at(-1)).toBe(values('build-1', 'build-1'));
  });

  it('of a tag that moves keep theirs', async () => {
    const text = values('develop', 'develop-chromium');
    const harness = createVariants({ tags: { pattern: 'develop' }, pin: 'digest' }, text);
    harness.registry.digests.set('develop', digest('b'));

    await harness.hook(hooks.dockerhub('develop'));

    expect(harness.repo.commits.at(-1)).toBe(values(`develop@${digest('b')}`, 'develop-chromium'));
  });

  it('are no matter where all places are of one family, at several versions', async () => {
    const harness = createVariants(builds, values('build-1', 'build-2'));

    await harness.hook(hooks.dockerhub('build-3'));

    expect(harness.repo.commits.at(-1)).toBe(values('build-3', 'build-3'));
  });

  it('are no matter where no place has a tag that is admitted: the first release sets them all', async () => {
    const harness = createVariants(builds, values('latest', 'initial'));

    await harness.hook(hooks.dockerhub('build-3'));

    expect(harness.repo.commits.at(-1)).toBe(values('build-3', 'build-3'));
  });
});

describe('places of one image under a semver range', () => {
  const tags = { semver: '>=1.0.0' } as const;

  it.each([
    ['one that lags behind the range', '0.9.0'],
    ['a prerelease that somebody put there by hand', '1.1.0-rc.1'],
    ['a commit after a version', 'v1.0.0-9-g1234567'],
  ])('are all brought to the version: %s', async (_name, worker) => {
    const harness = createVariants({ tags }, values('1.0.0', worker));

    await harness.hook(hooks.dockerhub('1.1.0'));

    expect(harness.repo.commits.at(-1)).toBe(values('1.1.0', '1.1.0'));
    expect(await harness.newest()).toMatchObject({ state: 'healthy', otherTags: undefined });
  });

  it.each(['1.0.0-alpine', '0.9.0-alpine3.19', '1.0.0-rc.1-alpine', 'latest-chromium'])(
    'are not those of another variant, whatever its version: %s',
    async (other) => {
      const harness = createVariants({ tags }, values('1.0.0', other));

      await harness.hook(hooks.dockerhub('1.1.0'));

      expect(harness.repo.commits.at(-1)).toBe(values('1.1.0', other));
    },
  );
});

describe('two environments with one image in the same file', () => {
  const environmentOf = (pattern: string): EnvironmentConfig => ({
    ...production,
    deliver: 'agent',
    files: ['app.yml'],
    tags: { pattern, order: 'numeric' },
  });
  const createTwo = (text: string, browser = 'build-(\\d+)-chromium') =>
    createHarness({}, text, {
      environments: { production: environmentOf('build-(\\d+)'), browser: environmentOf(browser) },
    });
  const reasonIn = async (harness: ReturnType<typeof createTwo>, environment: string) =>
    (await harness.store.list('app', environment))[0]?.reason;

  it('write each their own places, and undo them', async () => {
    const harness = createTwo(values('build-1', 'build-1-chromium'));

    await harness.hook(hooks.dockerhub('build-2'));
    await harness.hook(hooks.dockerhub('build-2-chromium'));
    expect(harness.repo.commits.at(-1)).toBe(values('build-2', 'build-2-chromium'));

    harness.clock.advance(60_000);
    await harness.say({ type: 'undo', app: 'app', environment: 'browser' });
    expect(harness.repo.commits.at(-1)).toBe(values('build-2', 'build-1-chromium'));
  });

  it('are told apart in the cluster by what the policies admit, after the commit too', async () => {
    const harness = createTwo(values('build-1', 'build-1-chromium'));

    await harness.hook(hooks.dockerhub('build-2'));

    const told = harness.cluster.toldOfVariants;
    expect(told).toHaveLength(2);
    for (const isOtherVariant of told)
      expect(
        ['build-1-chromium', 'build-2-chromium', 'build-2', 'build-3', 'latest'].filter((tag) =>
          isOtherVariant?.(tag),
        ),
      ).toEqual(['build-1-chromium', 'build-2-chromium']);
  });

  it('refuse what both policies admit', async () => {
    const text = values('build-1', 'build-1-chromium');
    const harness = createTwo(text, 'build-(\\d+)(?:-chromium)?');

    await harness.hook(hooks.dockerhub('build-2'));

    expect(await reasonIn(harness, 'production')).toMatchObject({
      code: 'manifest-refused',
      message: expect.stringContaining(
        'its policy admits build-1 too; give the two patterns that no tag matches both of',
      ),
    });
    expect(harness.repo.commits).toEqual([text]);
  });

  it('refuse where no place is theirs', async () => {
    const text = values('build-1-chromium', 'build-1-chromium');
    const harness = createTwo(text);

    await harness.hook(hooks.dockerhub('build-2'));

    expect(await reasonIn(harness, 'production')).toMatchObject({
      code: 'manifest-refused',
      message: expect.stringContaining('the image has no tag here that the policy admits'),
    });
    expect(harness.repo.commits).toEqual([text]);
  });

  it('refuse a release by hand of what the other would take for its own', async () => {
    const text = values('build-1', 'build-1-chromium');
    const harness = createTwo(text);

    await harness.say({ type: 'release', app: 'app', environment: 'production', tag: 'build-9-chromium' });

    expect(await reasonIn(harness, 'production')).toMatchObject({ code: 'manifest-refused' });
    expect(harness.repo.commits).toEqual([text]);
  });
});
