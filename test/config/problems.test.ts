import { describe, expect, it } from 'vitest';
import { oneOf } from '../../lib/config/suggest.ts';
import { sourceTypes } from '../../lib/sources/catalog.ts';
import { edited, example, plainSecret, problemsOf } from './support.ts';

describe('one key, type or name wrong in the example', () => {
  it.each<[string, string, string, string]>([
    // Keys
    ['an unknown key at the top', 'api:', 'apu:', '16:1: unknown key `apu` (did you mean `api`?)'],
    [
      'an unknown key in a section',
      'branch: config',
      'branch: config\n    depth: 1',
      '8:5: unknown key `depth`',
    ],
    ['an unknown key in a flow', 'key: kms:…', 'key: kms:…, sekret: x', '12:28: unknown key `sekret`'],
    [
      'a source that does not exist',
      '  github: ',
      '  githbu: ',
      `11:3: \`githbu\` is no type of source (did you mean \`github\`?); a source with a name of its own says its \`type\`: ${oneOf(Object.keys(sourceTypes))}`,
    ],
    [
      'a source with a field it has no use for',
      '{ key: kms:… }',
      '{ key: kms:…, secret: kms:… }',
      '12:28: unknown key `secret`',
    ],
    ['__proto__', 'api:', '__proto__:', '16:1: unknown key `__proto__`'],
    ['a key that is no text', 'api: {', '[a]: {', '16:1: a key has to be a plain text'],
    ['a missing key', '    branch: config\n', '', '5:3: `branch` is missing'],
    ['a missing section', 'apps:', 'x:', '17:1: unknown key `x`'],
    ['a source without its secret', '{ key: kms:… }', '{}', '12:3: `key` is missing'],
    [
      'an empty section',
      'registries:\n  docker.io: { username: okeydokey-bot, password: kms:… }',
      'registries:',
      '13:1: `registries` is empty; fill it in or take it out',
    ],
    [
      'a name with a space',
      '  okeydokey:\n    image',
      '  okey dokey:\n    image',
      '18:3: a name has 1 to 63 letters, digits, `-`, `_` and `.`, and begins with a letter or digit',
    ],
    [
      'the environment `to`',
      '      production:\n        on',
      '      to:\n        on',
      '22:7: an environment cannot be called `to`: `/undo <app> to <tag>` would be ambiguous',
    ],
    // Types
    [
      'a number for a text',
      'branch: config',
      'branch: 1.10',
      '7:13: a text is expected here, not a number; put it in quotes',
    ],
    [
      'a boolean for a text',
      'branch: config',
      'branch: true',
      '7:13: a text is expected here, not true or false; put it in quotes',
    ],
    [
      'a text for a list',
      '[deployment/*.yml]',
      'deployment/*.yml',
      '26:16: a list is expected here, not a text',
    ],
    [
      'a text for a mapping',
      "{ slack: '#deploys' }",
      "'#deploys'",
      '32:17: a mapping is expected here, not a text',
    ],
    [
      'a list for a mapping',
      'api: { token: kms:… }',
      'api: [1]',
      '16:6: a mapping is expected here, not a list',
    ],
    [
      'a number for one of some words',
      'deliver: apply',
      'deliver: 1',
      '29:18: a text is expected here, not a number; put it in quotes',
    ],
    // Words
    [
      'another event',
      'image-push',
      'image-pushed',
      '23:13: `image-push` or `tag-push` is expected here, not `image-pushed` (did you mean `image-push`?)',
    ],
    [
      'another delivery',
      'deliver: apply',
      'deliver: helm',
      '29:18: `apply`, `set-image` or `agent` is expected here, not `helm`',
    ],
    ['another pin', 'deliver: apply', 'pin: tag', '29:14: `digest` is expected here, not `tag`'],
    // Names
    [
      'a cluster that does not exist',
      'cluster: production',
      'cluster: prodction',
      '27:18: `clusters` has no `prodction` (did you mean `production`?)',
    ],
    [
      'a config repo that does not exist',
      'configRepo: okeydokey',
      'configRepo: manifests',
      '25:21: `configRepos` has no `manifests`',
    ],
    // Tags
    [
      'a range that is none',
      "'>=0.0.1'",
      "'>=x.y.z.w'",
      '24:25: this is not a semver range; write one such as `>=1.0.0` or `^2`',
    ],
    [
      'an empty range',
      "'>=0.0.1'",
      "''",
      '24:25: this is not a semver range; write one such as `>=1.0.0` or `^2`',
    ],
    [
      'a pattern that does not parse',
      "semver: '>=0.0.1'",
      "pattern: 'v('",
      '24:26: this is not a regular expression of RE2: missing closing ): `v(`',
    ],
    [
      'a pattern that looks ahead',
      "semver: '>=0.0.1'",
      "pattern: 'v(?!0).*'",
      '24:26: this is not a regular expression of RE2: invalid or unsupported Perl syntax: `(?!`; it has no `(?=…)`, `(?!…)`, `(?<=…)`, `(?<!…)` and `\\1`',
    ],
    [
      'a pattern of moving tags only',
      "semver: '>=0.0.1'",
      "pattern: 'latest|main'",
      '24:26: only tags that move from image to image (`latest` and the like) match this; set `pin: digest` to release them',
    ],
    ['a range and a pattern', "'>=0.0.1'", "'*', pattern: v.*", '24:15: `semver` or `pattern`, not both'],
    [
      'neither range nor pattern',
      "{ semver: '>=0.0.1' }",
      '{}',
      '24:15: one of `semver` and `pattern` is required',
    ],
    [
      'tag-push without a repository',
      '    repository: github.com/DevOps-with-Kubernetes/okeydokey\n    environments:\n      production:\n        on: image-push',
      '    environments:\n      production:\n        on: tag-push',
      '22:13: `tag-push` needs `apps.okeydokey.repository`: the Git repository whose tags count',
    ],
  ])('%s', (_, from, to, problem) => {
    const problems = problemsOf(edited(from, to));

    expect(problems).toContain(`tagboat.yml:${problem}`);
    // A section that lost its name is missed besides.
    expect(problems.length).toBeLessThanOrEqual(from === 'apps:' ? 2 : 1);
  });
});

describe('a file that is not YAML', () => {
  it.each<[string, string, readonly string[]]>([
    ['nothing', '', ['1:1: the file is empty']],
    ['only a comment', '# later\n', ['1:1: the file is empty']],
    ['a text', 'hunter2', ['1:1: a mapping is expected here, not a text']],
    ['the same key twice', 'apps: {}\napps: {}\n', ['2:1: the same key is there twice']],
    ['a tab', 'apps:\n\ta: 1\n', ['2:1: a tab; YAML is indented with spaces']],
    [
      'an alias without anchor',
      'apps: *hunter2\n',
      ['1:7: an alias (`*name`) without its anchor; quote a text that begins with `*`'],
    ],
    [
      'a tag',
      'apps: !hunter2 x\n',
      ['1:7: YAML tags (`!name`) are not used here; quote a text that begins with `!`'],
    ],
    ['two documents', 'apps: {}\n---\napps: {}\n', ['2:1: more than one YAML document; one is read']],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected.map((problem) => `tagboat.yml:${problem}`));
  });
});

describe('several things wrong', () => {
  it('are told together, in the order of the file', () => {
    const text = example
      .replace('cluster: production', 'cluster: prod')
      .replace('branch: config', 'brnach: config')
      .replace('timeout: 5m', 'timeout: soon')
      .replace('token: kms:…', 'token: hunter2');

    expect(problemsOf(text, { file: 'deploy/tagboat.yml' })).toEqual([
      'deploy/tagboat.yml:5:3: `branch` is missing',
      'deploy/tagboat.yml:7:5: unknown key `brnach` (did you mean `branch`?)',
      `deploy/tagboat.yml:16:15: ${plainSecret('api/token')}`,
      'deploy/tagboat.yml:27:18: `clusters` has no `prod`',
      'deploy/tagboat.yml:30:18: write a time of at most a day as `90s`, `5m` or `1h`',
    ]);
  });
});
