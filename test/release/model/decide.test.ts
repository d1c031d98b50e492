import { describe, expect, it } from 'vitest';
import type { AppConfig, EnvironmentConfig } from '../../../lib/config/types.ts';
import type { ImagePushed, TagPushed } from '../../../lib/event.ts';
import { candidates, decide, decideAtTip, unmatched, winner } from '../../../lib/release/model/decide.ts';
import type { Release } from '../../../lib/release/model/release.ts';
import { schemeOf } from '../../../lib/release/model/tag-scheme.ts';
import { targetOf } from '../../../lib/release/model/target.ts';
import type { Hold } from '../../../lib/view/hold.ts';
import { reasonText } from '../../../lib/view/reason.ts';
import { actor, given } from '../../support/records.ts';
import { configWith, digest, image, repository, requestFor } from '../support/context.ts';

const now = Date.parse('2026-11-23T12:00:00Z');

const imagePushed = (tag: string): ImagePushed => ({
  type: 'image-pushed',
  source: 'dockerhub',
  delivery: 'd',
  image,
  tag,
  digest: undefined,
  actor: 'somebody',
});
const tagPushed = (tag: string): TagPushed => ({
  type: 'tag-pushed',
  source: 'github',
  delivery: 'd',
  repository,
  tag,
  revision: undefined,
  actor: 'somebody',
});
const hold = (fields: Partial<Hold>): Hold => ({
  app: 'okeydokey',
  environment: 'production',
  tag: 'v1.0.0',
  by: actor('slack:alice'),
  reason: given('it drops orders'),
  createdAt: '2026-11-23T11:00:00Z',
  ...fields,
});
const release = (id: string, tag: string, kind: Release['kind'] = 'release'): Release => ({
  ...requestFor(tag),
  id,
  kind,
  state: 'queued',
  attempts: 0,
  createdAt: '',
  updatedAt: '',
});

const target = (environment: Partial<EnvironmentConfig> = {}) =>
  targetOf(configWith(environment), 'okeydokey', 'production');

describe('decide', () => {
  const cases: readonly {
    readonly name: string;
    readonly environment?: Partial<EnvironmentConfig>;
    readonly event: ImagePushed | TagPushed;
    readonly holds?: readonly Hold[];
    readonly outcome: string;
  }[] = [
    { name: 'a version in the range', event: imagePushed('v1.0.0'), outcome: 'release' },
    { name: 'a version without the v', event: imagePushed('1.0.0'), outcome: 'release' },
    {
      name: 'a version below the range',
      event: imagePushed('v0.0.0'),
      outcome: 'tag-policy: the tag does not match semver >=0.0.1',
    },
    {
      name: 'a pre-release, which a range does not ask for',
      event: imagePushed('v1.0.0-rc.1'),
      outcome:
        'tag-policy: the tag does not match semver >=0.0.1, which names no such prerelease; `prereleases: true` releases those too',
    },
    {
      name: 'no version at all',
      event: imagePushed('feature-x'),
      outcome:
        'tag-policy: the tag does not match semver >=0.0.1: it is not a version such as 1.2.3 or v1.2.3',
    },
    {
      name: 'a tag that fits the pattern',
      environment: { tags: { pattern: 'build-\\d+' } },
      event: imagePushed('build-17'),
      outcome: 'release',
    },
    {
      name: 'a tag of which only a part fits the pattern',
      environment: { tags: { pattern: 'build-\\d+' } },
      event: imagePushed('build-17-dirty'),
      outcome: 'tag-policy: the tag does not match pattern build-\\d+',
    },
    {
      name: 'a pattern with alternatives',
      environment: { tags: { pattern: 'a|b' } },
      event: imagePushed('ab'),
      outcome: 'tag-policy: the tag does not match pattern a|b',
    },
    {
      name: 'latest',
      event: imagePushed('latest'),
      outcome: 'mutable-tag: "latest" may mean another image tomorrow; set `pin: digest` to release it',
    },
    {
      name: 'latest, pinned',
      environment: { tags: { pattern: 'latest' }, pin: 'digest' },
      event: imagePushed('latest'),
      outcome: 'release',
    },
    {
      name: 'a Git tag where images trigger',
      event: tagPushed('v1.0.0'),
      outcome: 'other-trigger: production is released on image-push, this is a tag-push',
    },
    {
      name: 'a Git tag where Git tags trigger',
      environment: { on: 'tag-push' },
      event: tagPushed('v1.0.0'),
      outcome: 'release',
    },
    {
      name: 'a Git tag that no image can have',
      environment: { on: 'tag-push', tags: { pattern: '.*' } },
      event: tagPushed('release/1.0'),
      outcome: 'tag-not-valid: the tag cannot be the tag of an image',
    },
    {
      name: 'a held tag',
      event: imagePushed('v1.0.0'),
      holds: [hold({})],
      outcome: 'held: v1.0.0 is held by slack:alice: it drops orders',
    },
    {
      name: 'everything held',
      event: imagePushed('v1.0.1'),
      holds: [hold({ tag: '*' })],
      outcome: 'held: every tag is held by slack:alice: it drops orders',
    },
    { name: 'another tag held', event: imagePushed('v1.0.1'), holds: [hold({})], outcome: 'release' },
    {
      name: 'a hold that ended',
      event: imagePushed('v1.0.0'),
      holds: [hold({ until: '2026-11-23T11:59:59Z' })],
      outcome: 'release',
    },
    {
      name: 'a hold that ends in a second',
      event: imagePushed('v1.0.0'),
      holds: [hold({ until: '2026-11-23T12:00:01Z' })],
      outcome: 'held: v1.0.0 is held by slack:alice until 2026-11-23T12:00:01Z: it drops orders',
    },
    {
      name: 'a digest held, another one pushed',
      event: { ...imagePushed('v1.0.0'), digest: digest('b') },
      holds: [hold({ digest: digest('a') })],
      outcome: 'release',
    },
    {
      name: 'a digest held, and pushed',
      event: { ...imagePushed('v1.0.0'), digest: digest('a') },
      holds: [hold({ digest: digest('a') })],
      outcome: 'held: v1.0.0 is held by slack:alice: it drops orders',
    },
    {
      name: 'a digest held, and it is not known yet which was pushed: the worker decides',
      event: imagePushed('v1.0.0'),
      holds: [hold({ digest: digest('a') })],
      outcome: 'release',
    },
  ];

  it.each(cases)('$name', ({ environment = {}, event, holds = [], outcome }) => {
    const [candidate] = candidates(event, configWith(environment));
    if (candidate === undefined) throw new Error('no candidate');

    const plan = decide(event, candidate, holds, now);

    expect(plan.type === 'release' ? 'release' : `${plan.reason.code}: ${reasonText(plan.reason)}`).toBe(
      outcome,
    );
  });

  it('finds the app of an image in Amazon ECR by whichever of its hosts tagboat.yml names it', () => {
    const event = { ...imagePushed('v1'), image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app' };
    const { okeydokey } = configWith().apps;
    if (okeydokey === undefined) throw new Error('the app is missing');
    const foundAt = (image: string) =>
      candidates(event, { ...configWith(), apps: { okeydokey: { ...okeydokey, image } } }).length;

    expect(
      [
        '123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/team/app',
        '123456789012.dkr-ecr.us-east-1.on.aws/team/app',
        '123456789012.dkr-ecr-fips.us-east-1.on.aws/team/app',
        '123456789012.dkr-ecr.us-east-1.on.aws/team/other',
        '123456789012.dkr-ecr.us-east-2.on.aws/team/app',
        '210987654321.dkr-ecr.us-east-1.on.aws/team/app',
        '123456789012.dkr-ecr.us-east-1.on.aws.example.com/team/app',
      ].map(foundAt),
    ).toEqual([1, 1, 1, 0, 0, 0, 0]);
  });

  it('finds no app for a repository or image that is not configured', () => {
    const other = { ...tagPushed('v1'), repository: 'github.com/other/repo' };
    const unknown = { ...imagePushed('v1'), image: 'docker.io/library/okeydokey' };

    expect([candidates(other, configWith()), candidates(unknown, configWith())]).toEqual([[], []]);
    expect([reasonText(unmatched(other)), reasonText(unmatched(unknown))]).toEqual([
      'no app in tagboat.yml has the repository github.com/other/repo',
      'no app in tagboat.yml has the image okeydokey',
    ]);
  });
});

describe('decide, where a Git tag calls its image by another tag', () => {
  it.each<[string, EnvironmentConfig['tags'], string, string]>([
    ['{version}', { semver: '*' }, 'v1.2.3', '1.2.3'],
    ['{version}', { semver: '*' }, 'v1.2.3+build.5', '1.2.3'],
    ['{version}', { pattern: 'app@(.+)' }, 'app@1.2.3', '1.2.3'],
    ['{version}', { pattern: '(?:app|web)/v.+' }, 'app/v1.2.3-rc.1', '1.2.3-rc.1'],
    ['{version}', { pattern: '(release|hotfix)-(?P<version>.+)' }, 'hotfix-1.2.3', '1.2.3'],
    ['{version}', { pattern: '(.+)' }, 'v1.2.3+5', 'v1.2.3-5'],
    ['x-{version}-slim', { semver: '*' }, '1.2.3', 'x-1.2.3-slim'],
    ['{tag}', { pattern: '.+' }, 'feature/x', 'feature-x'],
    ['{version}', { semver: '^2' }, 'v1.2.3', 'tag-policy: the tag does not match semver ^2'],
    [
      '{version}',
      { pattern: '.+' },
      'x',
      'tag-not-valid: the tag has no version to fill imageTag {version} with',
    ],
    [
      '{version}',
      { pattern: '(.+)' },
      'latest',
      'mutable-tag: "latest" may mean another image tomorrow; set `pin: digest` to release it',
    ],
    [
      '{tag}-slim',
      { pattern: '.+' },
      '-x',
      'tag-not-valid: imageTag {tag}-slim makes -x-slim of it, which cannot be the tag of an image',
    ],
  ])('%s, %j: %s is %s', (imageTag, tags, gitTag, expected) => {
    const config = configWith({ on: 'tag-push', tags });
    const apps = { okeydokey: { ...(config.apps.okeydokey as AppConfig), imageTag } };
    const [candidate] = candidates(tagPushed(gitTag), { ...config, apps });
    if (candidate === undefined) throw new Error('no candidate');

    const plan = decide(tagPushed(gitTag), candidate, [], now);

    expect(plan.type === 'release' ? plan.tag : `${plan.reason.code}: ${reasonText(plan.reason)}`).toBe(
      expected,
    );
    expect(plan.gitTag).toBe(plan.tag === gitTag ? undefined : gitTag);
  });

  it('holds the tag of the image', () => {
    const config = configWith({ on: 'tag-push' });
    const apps = { okeydokey: { ...(config.apps.okeydokey as AppConfig), imageTag: '{version}' } };
    const [candidate] = candidates(tagPushed('v1.0.0'), { ...config, apps });
    if (candidate === undefined) throw new Error('no candidate');
    const planned = (tag: string) => decide(tagPushed('v1.0.0'), candidate, [hold({ tag })], now).type;

    expect([planned('1.0.0'), planned('v1.0.0')]).toEqual(['skipped', 'release']);
  });

  it('leaves the tag of a pushed image as it is', () => {
    const config = configWith();
    const apps = { okeydokey: { ...(config.apps.okeydokey as AppConfig), imageTag: '{version}' } };
    const [candidate] = candidates(imagePushed('v1.0.0'), { ...config, apps });
    if (candidate === undefined) throw new Error('no candidate');

    expect(decide(imagePushed('v1.0.0'), candidate, [], now)).toMatchObject({
      type: 'release',
      tag: 'v1.0.0',
    });
  });
});

describe('decideAtTip', () => {
  it.each([
    ['older than what stands there', 'v1.0.0', ['v1.0.1'], 'older-than-current'],
    ['older than one of several', 'v1.0.0', ['v0.9.0', 'v1.0.1'], 'older-than-current'],
    ['compared as versions, not as text', 'v1.10.0', ['v1.9.0'], undefined],
    ['the same again', 'v1.0.0', ['v1.0.0'], undefined],
    ['what cannot be compared', 'v1.0.0', ['build-7'], undefined],
    ['nothing there', 'v1.0.0', [], undefined],
  ])('%s', (_name, tag, current, reason) => {
    const versions = current.map((one) => ({ tag: one }));
    expect(decideAtTip({ release: release('1', tag), target: target() }, versions, [], now)?.code).toBe(
      reason,
    );
  });

  it('holds back a tag that was held after the webhook', () => {
    expect(
      decideAtTip({ release: release('1', 'v1.0.0'), target: target() }, [], [hold({})], now)?.code,
    ).toBe('held');
  });

  it('lets an undo go back, held or not', () => {
    expect(
      decideAtTip(
        { release: release('1', 'v1.0.0', 'undo'), target: target() },
        [{ tag: 'v2.0.0' }],
        [hold({})],
        now,
      ),
    ).toBeUndefined();
  });
});

describe('decideAtTip, for what somebody asked for by hand', () => {
  const asked = { ...release('1', 'v1.0.0'), byHand: true, createdAt: '2026-11-23T11:30:00.000Z' };

  it.each<[string, readonly Hold[], string | undefined]>([
    ['nothing held', [], undefined],
    ['held before, which that person knew', [hold({})], undefined],
    ['everything held before', [hold({ tag: '*' })], undefined],
    ['held since', [hold({ createdAt: '2026-11-23T11:45:00.000Z' })], 'held'],
    ['everything held since', [hold({ tag: '*', createdAt: '2026-11-23T11:45:00.000Z' })], 'held'],
    [
      'held since, and over',
      [hold({ createdAt: '2026-11-23T11:45:00.000Z', until: '2026-11-23T11:50:00.000Z' })],
      undefined,
    ],
  ])('%s', (_name, holds, reason) => {
    // Older than what stands there, which is no reason.
    expect(decideAtTip({ release: asked, target: target() }, [{ tag: 'v2.0.0' }], holds, now)?.code).toBe(
      reason,
    );
  });
});

describe('winner', () => {
  it.each([
    ['the newer version, asked for first', [release('1', 'v2.0.0'), release('2', 'v1.0.0')], '1'],
    ['the newer version, asked for last', [release('1', 'v1.0.0'), release('2', 'v2.0.0')], '2'],
    ['the later of what cannot be compared', [release('2', 'b'), release('1', 'a')], '2'],
    [
      'an undo over what was asked for before it',
      [release('1', 'v9.0.0'), release('2', 'v1.0.0', 'undo')],
      '2',
    ],
    [
      'what was asked for by hand after something newer',
      [release('1', 'v9.0.0'), { ...release('2', 'v1.0.0'), byHand: true }],
      '2',
    ],
    [
      'something newer after what was asked for by hand',
      [{ ...release('1', 'v1.0.0'), byHand: true }, release('2', 'v9.0.0')],
      '2',
    ],
    [
      'what was asked for by hand after an undo',
      [release('1', 'v1.0.0', 'undo'), { ...release('2', 'v0.9.0'), byHand: true }],
      '2',
    ],
    ['what was asked for after an undo', [release('1', 'v1.0.0', 'undo'), release('2', 'v9.0.0')], '2'],
  ] as const)('%s', (_name, [first, ...rest], id) => {
    expect(winner([first, ...rest], schemeOf(target()))).toBe(id);
  });
});
