import fc from 'fast-check';
import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import { commonPath } from '../../lib/config/overlap.ts';
import { edited, problemsOf } from './support.ts';

describe('commonPath', () => {
  it.each([
    ['a.yml', 'a.yml', 'a.yml'],
    ['deployment/*.yml', 'deployment/a.yml', 'deployment/a.yml'],
    ['deployment/a.yml', 'deployment/*.yml', 'deployment/a.yml'],
    ['deployment/*.yml', 'deployment/*', 'deployment/x.yml'],
    ['deployment/**', 'deployment/prod/*.yml', 'deployment/prod/x.yml'],
    ['**/*.yml', 'apps/*/values.yml', 'apps/x/values.yml'],
    ['**/kustomization.yaml', 'kustomization.yaml', 'kustomization.yaml'],
    ['a-*.yml', '*-b.yml', 'a-x-b.yml'],
    ['{prod,staging}/*.yml', 'staging/a?.yml', 'staging/ax.yml'],
    ['[ab].yml', 'a.yml', 'a.yml'],
    ['deployment/*.yml', 'deployment/*.yaml', undefined],
    ['deployment/*.yml', 'deployment/prod/*.yml', undefined],
    ['prod/**', 'staging/**', undefined],
    ['a?.yml', 'a.yml', undefined],
    // Not understood, hence not claimed
    ['[ab].yml', '[bc].yml', undefined],
  ])('of %s and %s is %s', (a, b, path) => {
    expect(commonPath(a, b)).toBe(path);
  });

  it('is a path that both globs match', () => {
    const part = fc.constantFrom('a', 'b', '.', '-', '*', '?', '**', '/', '{a,b}');
    const glob = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(glob, glob, (a, b) => {
        const path = commonPath(a, b);
        if (path === undefined || a === b) return;
        expect([picomatch.isMatch(path, a), picomatch.isMatch(path, b)]).toEqual([true, true]);
      }),
    );
  });

  it('does not take for ever', () => {
    const stars = '*a'.repeat(60);

    expect(commonPath(`${stars}b`, `${stars}c`)).toBeUndefined();
  });
});

const second = (fields: string) => `        notify: { slack: '#deploys' }
      staging:
        on: image-push
        tags: { pattern: 'main-.*' }
        cluster: production
${fields}`;

describe('two environments that would write the same line', () => {
  const withSecond = (fields: string) => edited("        notify: { slack: '#deploys' }\n", second(fields));

  it.each([
    [
      'the same glob',
      '        configRepo: okeydokey\n        files: [deployment/*.yml]\n',
      '38:17: `apps.okeydokey.environments.production` writes the same lines: the same image, config repo and branch, and files such as `deployment/*.yml`; variants of an image are told apart by a pattern in `tags` of each',
    ],
    [
      'globs that overlap',
      '        configRepo: okeydokey\n        files: [other.yml, "**/*.yml"]\n',
      '38:28: `apps.okeydokey.environments.production` writes the same lines: the same image, config repo and branch, and files such as `deployment/x.yml`; variants of an image are told apart by a pattern in `tags` of each',
    ],
  ])('is told: %s', (_, fields, problem) => {
    expect(problemsOf(withSecond(fields))).toEqual([`tagboat.yml:${problem}`]);
  });

  it('is not told where each has a pattern of its own: there may be two variants of the image', () => {
    const same = '        configRepo: okeydokey\n        files: [deployment/*.yml]\n';
    const withPattern = (pattern: string) =>
      withSecond(same).replace("{ semver: '>=0.0.1' }", `{ pattern: '${pattern}' }`);

    expect(problemsOf(withPattern('release-.*'))).toEqual([]);
    expect(problemsOf(withPattern('main-.*'))).toEqual([expect.stringContaining('writes the same lines')]);
  });

  it('is not told where the files differ', () => {
    expect(problemsOf(withSecond('        configRepo: okeydokey\n        files: [staging/*.yml]\n'))).toEqual(
      [],
    );
  });

  it('is told across apps and names of the config repo, however the URL and the image are written', () => {
    const text = edited(
      'sources:',
      '  again: { url: "https://GitHub.com/devops-with-kubernetes/okeydokey/", branch: config }\nsources:',
    ).concat(`  other:
    image: docker.io/devopswithkubernetes/okeydokey
    environments:
      production: { on: image-push, tags: { semver: '*' }, configRepo: again, files: [deployment/a.yml], cluster: production }
`);

    expect(problemsOf(text)).toEqual([
      'tagboat.yml:37:87: `apps.okeydokey.environments.production` writes the same lines: the same image, config repo and branch, and files such as `deployment/a.yml`; variants of an image are told apart by a pattern in `tags` of each',
    ]);
  });

  it.each([
    ['another image', 'image: devopswithkubernetes/other', 'branch: config'],
    ['another branch', 'image: devopswithkubernetes/okeydokey', 'branch: other'],
  ])('is not told for %s', (_, image, branch) => {
    const text = edited(
      'sources:',
      `  again: { url: "https://github.com/DevOps-with-Kubernetes/okeydokey", ${branch} }\nsources:`,
    ).concat(`  other:
    ${image}
    environments:
      production: { on: image-push, tags: { semver: '*' }, configRepo: again, files: [deployment/*.yml], cluster: production }
`);

    expect(problemsOf(text)).toEqual([]);
  });
});
