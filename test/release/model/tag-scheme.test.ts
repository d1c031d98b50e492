import { describe, expect, it } from 'vitest';
import type { TagPolicy } from '../../../lib/config/types.ts';
import { mayBeOf } from '../../../lib/release/model/tag-family.ts';
import { stepBack } from '../../../lib/release/model/tag-scheme.ts';

/** What comes of a tag after another one, and of the other after it: `released`, `older` or `unclear`. */
const bothWays = (policy: TagPolicy, tag: string, after: string, imageTag?: string): readonly string[] => [
  stepBack({ policy, imageTag }, tag, after) ?? 'released',
  stepBack({ policy, imageTag }, after, tag) ?? 'released',
];

describe('a pattern without an order', () => {
  const policy = { pattern: '.*' };

  it.each([
    // https://github.com/semver/semver/issues/106, https://github.com/argoproj-labs/argocd-image-updater/issues/15
    ['the hash of a commit behind a version', '1.4.0-0abc999', '1.4.0-f00d123'],
    ['a hash that is all digits', 'main-1234567', 'main-7654321'],
    ['an abbreviated hash', 'main-9f3e', 'main-1a2b'],
    ['the first commit behind a tag, by git describe', '1.6.0-1-g1234567', '1.6.0'],
    ['the hashes of two commits, by git describe', '1.6.0-1-g1234567', '1.6.0-1-g7654321'],
    ['a hash that is a letter and digits', 'main-a123456', 'main-b654321'],
    ['two stages of which nobody knows', '2.0.0-dev1', '2.0.0-SNAPSHOT'],
    ['a branch called as a stage', 'app-dev', 'app'],
    ['names of branches', 'develop', 'main'],
    ['a version and a build', 'v1.0.0', 'build-7'],
    ['versions behind different words', 'release-1.9.3', 'hotfix-1.10.0'],
    ['one and the same', 'release-1.9.3', 'release-1.9.3'],
    ['a time behind the hash of a commit', 'main-a1b2c3d-1764275191', 'main-0f1e2d3-1764275999'],
  ])('has none either way: %s', (_name, tag, after) => {
    expect(bothWays(policy, tag, after)).toEqual(['released', 'released']);
  });

  it.each([
    // https://github.com/fluxcd/image-reflector-controller/issues/73
    ['a backport', 'release-1.9.3', 'release-1.10.0'],
    ['a build', 'build-41', 'build-42'],
    ['commits behind a tag, by git describe', 'v1.5.0-9-gaaaaaaa', 'v1.5.0-10-gbbbbbbb'],
    ['a number behind letters', '1.0.0-rc9', '1.0.0-rc10'],
    // https://github.com/ggml-org/llama.cpp/releases
    ['a build behind one letter', 'b4320', 'b4321'],
    ['a build behind one letter, of more digits', 'b9999', 'b10000'],
    ['a build behind letters that a hash may have', 'be9', 'be10'],
    ['a build behind a version and a letter', '1.10.0-d999', '1.10.0-d1000'],
    ['a year behind a letter', 'prod-e2023', 'prod-e2024'],
    ['a number between whose digits a letter stands', '1e9', '1e10'],
    ['a prerelease', '2.0.0-rc1', '2.0.0'],
    ['a prerelease with a v', 'v2.0.0-beta.2', '2.0.0'],
    ['a prerelease under a prefix', 'release-2.0.0-SNAPSHOT', 'release-2.0.0'],
    ['a prerelease of a variant', '2.0.0-rc1-alpine', '2.0.0-alpine'],
    ['a prerelease as Python has it', '2.0.0rc1', '2.0.0'],
    ['a prerelease as Python has it, by a letter', '2.0.0b9', '2.0.0b10'],
    ['a prerelease as Maven has it', '2.0.0.Beta2', '2.0.0.CR1'],
    ['a milestone', '2.0.0-M1', '2.0.0'],
    ['a prerelease and commits behind the release', '1.6.0-rc1', '1.6.0-1-g1234567'],
    ['the v counts for nothing', '1.9.3', 'v1.10.0'],
    ['a date', 'main-20261126', 'main-20261127'],
    ['a date with a time', 'nightly-202611261430', 'nightly-202611270100'],
    ['seconds since 1970', 'main-1764275191', 'main-1764275999'],
    ['a fourth part', '1.2.3.4', '1.2.3.10'],
    ['three parts and four', '1.2.3', '1.2.3.1'],
    ['numbers beyond what floating point can tell apart', 'b-1.9007199254740992', 'b-1.9007199254740993'],
  ])('does not go down by itself: %s', (_name, lower, higher) => {
    // The second of them is more digits than a hash has at the least, and so may be one.
    const isCertain = !lower.includes('9007199254740992');
    expect(bothWays(policy, lower, higher)).toEqual(
      isCertain ? ['unclear', 'released'] : ['released', 'released'],
    );
  });
});

describe('an order', () => {
  it.each<[string, TagPolicy, string, string]>([
    ['semver, of a range', { semver: '>=0.0.1' }, 'v1.9.0', 'v1.10.0'],
    ['semver, of a range, of a version outside of it', { semver: '^1' }, '1.9.0', '2.0.0'],
    ['semver, of what is captured', { pattern: 'app@(.+)', order: 'semver' }, 'app@1.9.0', 'app@1.10.0'],
    [
      'semver, without a group',
      { pattern: 'release-.+', order: 'semver' },
      'release-1.9.3',
      'release-1.10.0',
    ],
    ['semver, a prerelease', { pattern: '.+', order: 'semver' }, 'v2.0.0-rc.9', 'v2.0.0-rc.10'],
    [
      'semver, rc10 as the text that it is to SemVer',
      { pattern: '.+', order: 'semver' },
      '1.0.0-rc10',
      '1.0.0-rc9',
    ],
    ['a group called version', { pattern: '(a|b)-(?P<version>\\d+)', order: 'numeric' }, 'b-9', 'a-10'],
    ['numeric', { pattern: 'build-(\\d+)', order: 'numeric' }, 'build-9', 'build-10'],
    ['numeric, beyond 2^53', { pattern: '(\\d+)', order: 'numeric' }, '9007199254740992', '9007199254740993'],
    ['numeric, four parts', { pattern: '.+', order: 'numeric' }, '1.2.3.9', '1.2.3.10'],
    ['numeric, behind letters', { pattern: '.+', order: 'numeric' }, '1.0.0-rc9', '1.0.0-rc10'],
    ['calver', { pattern: '.+', order: 'calver' }, '2026.9.30', '2026.11.1'],
    ['calver, with dashes', { pattern: '.+', order: 'calver' }, '2026-11-26', '2026-11-27-1'],
    ['calver, compact beside dotted', { pattern: '.+', order: 'calver' }, '20261126', '2026.11.27'],
    ['calver, compact with a time', { pattern: '.+', order: 'calver' }, '202611261430', '20261127'],
    ['calver, years of two digits', { pattern: '.+', order: 'calver' }, '9.10', '26.04'],
    ['calver, behind a word', { pattern: '.+', order: 'calver' }, 'release-2026.9.1', 'release-2026.10.1'],
    ['alphabetical', { pattern: '.+', order: 'alphabetical' }, 'build-10', 'build-9'],
    ['alphabetical, upper case first', { pattern: '.+', order: 'alphabetical' }, 'RC1', 'alpha'],
  ])('%s', (_name, policy, older, newer) => {
    expect(bothWays(policy, older, newer)).toEqual(['older', 'released']);
  });

  it('time: nothing is older, however it looks', () => {
    expect(bothWays({ pattern: '.+', order: 'time' }, 'release-1.9.3', 'release-1.10.0')).toEqual([
      'released',
      'released',
    ]);
  });

  it.each<[string, TagPolicy, string, string, readonly string[]]>([
    [
      'four parts are no version',
      { pattern: '.+', order: 'semver' },
      '1.2.3.4',
      '1.2.3.10',
      ['unclear', 'released'],
    ],
    [
      'a tag that the pattern does not match',
      { pattern: 'v1\\..+', order: 'semver' },
      'v1.9.0',
      'v2.0.0',
      ['unclear', 'released'],
    ],
    [
      'not by the alphabet either',
      { pattern: 'b-\\d+', order: 'alphabetical' },
      'b-1',
      'c-2',
      ['released', 'released'],
    ],
    [
      'a year of two and of four digits',
      { pattern: '.+', order: 'calver' },
      '2026.1',
      '26.4',
      ['released', 'unclear'],
    ],
    [
      'the dates of two words',
      { pattern: '.+', order: 'calver' },
      'a-2026.1',
      'b-2026.4',
      ['released', 'released'],
    ],
    [
      'what is captured is no number',
      { pattern: '(.+)', order: 'numeric' },
      'x',
      'y',
      ['released', 'released'],
    ],
  ])('that cannot read both goes by how they look: %s', (_name, policy, tag, after, expected) => {
    expect(bothWays(policy, tag, after)).toEqual(expected);
  });
});

describe('the version in the tag of an image', () => {
  it.each<[string, TagPolicy, string, string, string]>([
    ['that is the version', { pattern: 'app@(.+)', order: 'semver' }, '{version}', '1.9.0', '1.10.0'],
    [
      'with text around it',
      { pattern: 'app/v(.+)', order: 'semver' },
      'app-{version}-slim',
      'app-1.9.0-slim',
      'app-1.10.0-slim',
    ],
    [
      'that is the Git tag with more',
      { pattern: 'b-(\\d+)', order: 'numeric' },
      '{tag}-slim',
      'b-9-slim',
      'b-10-slim',
    ],
    ['with both', { pattern: 'v(.+)', order: 'semver' }, '{version}-{tag}', '1.9.0-v1.9.0', '1.10.0-v1.10.0'],
    ['twice', { semver: '*' }, '{version}_{version}', '1.9.0_1.9.0', '1.10.0_1.10.0'],
    ['without a group', { pattern: 'release-.+', order: 'numeric' }, '{version}', '1.9.0', '1.10.0'],
    ['hidden by a -', { pattern: 'app/(.+)', order: 'semver' }, '{tag}', 'app-2.0.0-rc.1', 'app-2.0.0'],
    [
      'hidden by two',
      { pattern: 'team/app@v(.+)', order: 'semver' },
      '{tag}',
      'team-app-v1.9.0',
      'team-app-v1.10.0',
    ],
    [
      'hidden by a - and text',
      { pattern: 'app#(\\d+)', order: 'numeric' },
      '{tag}-slim',
      'app-9-slim',
      'app-10-slim',
    ],
    [
      'hidden, in a pattern of any app',
      { pattern: '[^/]+/(.+)', order: 'semver' },
      '{tag}',
      'my-app-2.0.0-rc.1',
      'my-app-2.0.0',
    ],
    [
      'hidden where there may be a prefix',
      { pattern: '(?:.+/)?(.+)', order: 'semver' },
      '{tag}',
      'app-2.0.0-rc.1',
      '2.0.0',
    ],
    ['hidden, without a group', { pattern: 'app/.+', order: 'semver' }, '{tag}', 'app-1.9.0', 'app-1.10.0'],
  ])('is found by imageTag: %s', (_name, policy, imageTag, older, newer) => {
    expect(bothWays(policy, older, newer, imageTag)).toEqual(['older', 'released']);
  });

  it.each<[string, string, string, string]>([
    ['more of it is hidden than is tried', '(?:.+/){4}v(.+)', 'a-b-c-d-v2.0.0', 'a-b-c-d-v1.0.0'],
    ['a tag that no Git tag is known to have made', 'app/(.+)', 'build-7', 'app-1.0.0'],
  ])('is not found, and nothing is released unseen: %s', (_name, pattern, tag, after) => {
    expect(bothWays({ pattern, order: 'semver' }, tag, after, '{tag}')).toEqual(['unclear', 'unclear']);
    expect(bothWays({ pattern, order: 'time' }, tag, after, '{tag}')).toEqual(['released', 'released']);
  });

  it('tells whose a place in the manifests is, hidden or not', () => {
    const scheme = { policy: { pattern: 'app/(.+)' }, imageTag: '{tag}' };

    expect(['app-1.2.3', 'web-1.2.3'].map((tag) => mayBeOf(scheme, tag))).toEqual([true, false]);
  });

  it('is not hidden in a tag without a -: what stood there at first is no obstacle', () => {
    const policy: TagPolicy = { pattern: 'app/(.+)', order: 'semver' };

    expect(bothWays(policy, 'app-1.0.0', 'initial', '{tag}')).toEqual(['released', 'released']);
  });

  it('is not found in a tag that was not made by it: then it is about how they look', () => {
    const policy: TagPolicy = { pattern: 'app@(.+)', order: 'semver' };

    expect(bothWays(policy, 'x-1.9.0', '1.10.0', 'x-{version}')).toEqual(['released', 'released']);
    expect(bothWays(policy, '1.9.0', '1.10.0', 'x-{version}')).toEqual(['unclear', 'released']);
  });
});
