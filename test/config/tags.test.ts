import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config/load.ts';
import { edited, problemsOf } from './support.ts';

const tagsText = "{ semver: '>=0.0.1' }";
const withTags = (tags: string): string => edited(tagsText, tags);
const withImageTag = (template: string, on = 'tag-push'): string =>
  edited('    environments:', `    imageTag: ${template}\n    environments:`).replace(
    'on: image-push',
    `on: ${on}`,
  );

describe('tags', () => {
  it.each([
    ["{ semver: '^1', prereleases: true }", { semver: '^1', prereleases: true }],
    ["{ semver: '^1', prereleases: false }", { semver: '^1' }],
    ["{ pattern: 'build-(\\d+)', order: numeric }", { pattern: 'build-(\\d+)', order: 'numeric' }],
    ["{ pattern: '(?P<version>.+)', order: time }", { pattern: '(?P<version>.+)', order: 'time' }],
  ])('%s', (text, tags) => {
    const config = parseConfig(withTags(text));

    expect(config.apps.okeydokey?.environments.production?.tags).toEqual(tags);
  });

  it.each([
    ["{ pattern: 'x', prereleases: true }", '24:44: `prereleases` goes with `semver`'],
    ["{ semver: '^1', order: numeric }", '24:38: `order` goes with `pattern`'],
    ['{ order: numeric }', '24:24: `order` goes with `pattern`'],
    ["{ semver: '^1', pattern: 'x' }", '24:15: `semver` or `pattern`, not both'],
    [
      "{ pattern: 'x', order: semvr }",
      '24:38: `semver`, `numeric`, `calver`, `alphabetical` or `time` is expected here, not `semvr` (did you mean `semver`?)',
    ],
    ["{ pattern: 'x', ordr: time }", '24:31: unknown key `ordr` (did you mean `order`?)'],
  ])('%s is refused', (text, problem) => {
    expect(problemsOf(withTags(text))).toEqual([`tagboat.yml:${problem}`]);
  });
});

describe('imageTag', () => {
  it.each(["'{version}'", "'{tag}'", "'v{version}-slim'", "'{version}_{version}'"])(
    'may be %s',
    (template) => {
      expect(parseConfig(withImageTag(template)).apps.okeydokey?.imageTag).toBe(template.slice(1, -1));
    },
  );

  it.each([
    ["'{versoin}'", 'tag-push', '21:15: unknown placeholder `{versoin}` (did you mean `{version}`?)'],
    ["'{digest}'", 'tag-push', '21:15: unknown placeholder `{digest}`; write `{version}` or `{tag}`'],
    [
      'latest',
      'tag-push',
      '21:15: every Git tag would be the same image; write `{version}` or `{tag}`, as in `{version}`',
    ],
    ["'a/{version}'", 'tag-push', '21:15: the tag of an image has letters, digits, `_`, `.` and `-` only'],
    ["'{{version}}'", 'tag-push', '21:15: the tag of an image has letters, digits, `_`, `.` and `-` only'],
    ["'-{version}'", 'tag-push', '21:15: the tag of an image begins with a letter, a digit or `_`'],
    [
      "'{version}'",
      'image-push',
      '21:5: `imageTag` is for Git tags: no environment of the app is released `on: tag-push`',
    ],
  ])('%s, %s, is refused', (template, on, problem) => {
    expect(problemsOf(withImageTag(template, on))).toEqual([`tagboat.yml:${problem}`]);
  });
});
