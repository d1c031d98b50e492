import { describe, expect, it, test } from 'vitest';
import { parseConfig } from '../../lib/config/load.ts';
import { parseFieldPath } from '../../lib/field-path.ts';
import { edited, problemsOf } from './support.ts';

const withFields = (fields: string): string =>
  edited('deliver: apply', `deliver: apply\n        fields: ${fields}`);

describe('fields', () => {
  it('name files and the paths of what stands there', () => {
    const { apps } = parseConfig(
      withFields(
        `[{ files: a.yml, path: 'spec.x[name=main].image' }, { files: 'b/*.yml', kind: Job.batch, name: i.n, tag: i.t, digest: i.d }]`,
      ),
    );
    expect(apps.okeydokey?.environments.production?.fields).toEqual([
      { files: 'a.yml', path: 'spec.x[name=main].image' },
      { files: 'b/*.yml', kind: 'Job.batch', name: 'i.n', tag: 'i.t', digest: 'i.d' },
    ]);
  });

  const path = (text: string) => `[{ files: a.yml, path: '${text}' }]`;
  const notAPath = (at: number) =>
    `this is not a path of keys, from character ${at} on; write it as in \`spec.templates[name=main].container.image\`, and a key with other characters in quotes`;

  it.each([
    ['none', '[]', '30:17', 'at least one field is required'],
    ['neither path nor tag', '[{ files: a.yml }]', '30:18', 'one of `path` and `tag` is required'],
    ['both', '[{ files: a.yml, path: a, tag: b }]', '30:18', '`path` or `tag`, not both'],
    [
      'a name beside a whole reference',
      '[{ files: a.yml, path: a, name: b }]',
      '30:18',
      '`path` is a whole reference, and has the name; where the two are apart, write `name` and `tag`',
    ],
    [
      'wildcards of their own',
      "[{ files: a.yml, name: 'a[*].n', tag: 'b[*].t' }]",
      '30:18',
      'the paths of one entry may differ only behind their last `*`',
    ],
    [
      'an unknown key',
      '[{ files: a.yml, path: a, names: a }]',
      '30:43',
      'unknown key `names` (did you mean `name`?)',
    ],
    [
      'an absolute glob',
      '[{ files: /a.yml, path: a }]',
      '30:27',
      'paths are relative to the repository: `a.yml`',
    ],
    [
      'a kind without its group',
      '[{ files: a.yml, kind: Ingress, path: a }]',
      '30:40',
      'the core group has no kind `Ingress` (did you mean `Ingress.networking.k8s.io`?)',
    ],
    [
      'an empty path',
      path(''),
      '30:40',
      'a path of keys is expected: `spec.templates[name=main].container.image`',
    ],
    ['a JSON path', path('$..image'), '30:40', notAPath(3)],
    ['a dot at the beginning', path('.spec'), '30:40', notAPath(1)],
    ['a dot at the end', path('spec.'), '30:40', notAPath(6)],
    ['a bracket that stays open', path('a[0'), '30:40', notAPath(2)],
    ['an empty bracket', path('a[].b'), '30:40', notAPath(2)],
    ['a negative index', path('a[-1]'), '30:40', notAPath(2)],
    ['a quote that stays open', path('a."b'), '30:40', notAPath(3)],
    ['no dot behind a bracket', path('a[0]b'), '30:40', notAPath(5)],
    ['a pointer', path('/spec/a b'), '30:40', notAPath(8)],
  ])('%s is refused', (_name, fields, at, message) => {
    expect(problemsOf(withFields(fields))).toEqual([
      expect.stringContaining(`tagboat.yml:${at}: ${message}`),
    ]);
  });

  it('count for what two environments may not both write', () => {
    const staging = `
      staging:
        on: image-push
        tags: { semver: '>=0.0.1' }
        configRepo: okeydokey
        files: [staging/*.yml]
        fields: [{ files: staging/x.yml, path: a }, { files: 'deployment/x.*', path: a }]
        cluster: production
`;
    expect(
      problemsOf(edited("notify: { slack: '#deploys' }\n", `notify: { slack: '#deploys' }${staging}`)),
    ).toEqual([
      'tagboat.yml:38:62: `apps.okeydokey.environments.production` writes the same lines: the same image, config repo and branch, and files such as `deployment/x.x.yml`; variants of an image are told apart by a pattern in `tags` of each',
    ]);
  });
});

test.each([
  ['spec.image', ['spec', 'image']],
  ['a[0][*].b', ['a', 0, '*]', 'b']],
  ['[kind=Pod].*."a.b/c"', ['kind=Pod', '*', 'a.b/c']],
  ['a[name="x y].z"].b-c_d/e', ['a', 'name=x y].z', 'b-c_d/e']],
])('the path %s is read', (text, expected) => {
  const parsed = parseFieldPath(text);
  expect(
    'steps' in parsed
      ? parsed.steps.map((step) => {
          if (step.type === 'key') return step.key;
          if (step.type === 'index') return step.index;
          if (step.type === 'entry') return `${step.key}=${step.text}`;
          return step.type === 'any-key' ? '*' : '*]';
        })
      : parsed,
  ).toEqual(expected);
});
