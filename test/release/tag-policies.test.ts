import { describe, expect, it } from 'vitest';
import { reasonText } from '../../lib/view/reason.ts';
import { createHarness } from './support/harness.ts';
import { hooksOfApp as hooks } from './support/hooks.ts';

const manifestWith = (tag: string): string => `apiVersion: v1
kind: Pod
metadata: { name: x }
spec:
  containers: [{ name: x, image: 'example/app:${tag}' }]
`;

describe('builds that carry the hash of a commit or a count', () => {
  // https://github.com/semver/semver/issues/106, https://github.com/argoproj-labs/argocd-image-updater/issues/15
  it.each([
    ['1.4.0-f00d123', '1.4.0-0abc999'],
    ['v1.5.0-9-gaaaaaaa', 'v1.5.0-10-gbbbbbbb'],
    ['1.6.0', '1.6.0-1-g1234567'],
    ['1.6.0-1-g1234567', '1.6.0'],
  ])('are all released by a pattern: %s, then %s', async (first, second) => {
    const harness = createHarness({ tags: { pattern: '.*' } }, manifestWith(first));

    await harness.hook(hooks.dockerhub(second));

    expect(harness.repo.commits.at(-1)).toBe(manifestWith(second));
    expect((await harness.newest())?.state).toBe('healthy');
  });
});

// https://github.com/fluxcd/image-reflector-controller/issues/73
describe('a backport, under a prefix', () => {
  const pattern = 'release-\\d+\\.\\d+\\.\\d+';

  it('does not take the place of a newer version where nobody has said what is older', async () => {
    const harness = createHarness({ tags: { pattern } }, manifestWith('release-1.10.0'));

    await harness.hook(hooks.dockerhub('release-1.9.3'));

    const { state, reason } = (await harness.newest()) ?? {};
    expect([state, reason && reasonText(reason)]).toEqual([
      'skipped',
      'release-1.9.3 looks lower than release-1.10.0, which the config repo has, and apps.app.environments.production.tags has no order: `order: semver` there skips what is lower, `order: time` releases what was pushed last',
    ]);
    expect(harness.repo.commits).toEqual([manifestWith('release-1.10.0')]);
  });

  it.each([
    ['semver', 'skipped', 'release-1.10.0'],
    ['numeric', 'skipped', 'release-1.10.0'],
    ['alphabetical', 'healthy', 'release-1.9.3'],
    ['time', 'healthy', 'release-1.9.3'],
  ] as const)('with the order %s it is %s', async (order, state, tag) => {
    const harness = createHarness({ tags: { pattern, order } }, manifestWith('release-1.10.0'));

    await harness.hook(hooks.dockerhub('release-1.9.3'));

    expect((await harness.newest())?.state).toBe(state);
    expect(harness.repo.commits.at(-1)).toBe(manifestWith(tag));
  });

  it('is released by hand all the same, and an undo goes back over it', async () => {
    const harness = createHarness({ tags: { pattern } }, manifestWith('release-1.10.0'));
    const place = { app: 'app', environment: 'production' } as const;

    await harness.say({ type: 'release', ...place, tag: 'release-1.9.3' });
    expect(harness.repo.commits.at(-1)).toBe(manifestWith('release-1.9.3'));
    harness.clock.advance(60_000);
    await harness.say({ type: 'undo', ...place });

    expect(harness.repo.commits.at(-1)).toBe(manifestWith('release-1.10.0'));
  });

  it('that waits together with a newer version gives way to it', async () => {
    const harness = createHarness({ tags: { pattern } }, manifestWith('release-1.8.0'));
    harness.cluster.answers = false;
    harness.registry.answers = false;
    await harness.hook(hooks.dockerhub('release-1.10.0'));
    await harness.hook(hooks.dockerhub('release-1.9.3'));

    harness.cluster.answers = true;
    harness.registry.answers = true;
    await harness.pass(10 * 60_000);

    expect(harness.repo.commits.at(-1)).toBe(manifestWith('release-1.10.0'));
    expect(harness.delivered).not.toContain('release-1.9.3');
  });
});
