import { expect, it } from 'vitest';
import { commitUrl, diffUrl } from '../../../lib/release/notify/commit-url.ts';

it.each([
  ['https://github.com/o/n.git', 'https://github.com/o/n/commit/c0ffee'],
  ['https://gitlab.example.com/g/sub/n.git', 'https://gitlab.example.com/g/sub/n/-/commit/c0ffee'],
  ['https://codeberg.org/o/n.git', 'https://codeberg.org/o/n/commit/c0ffee'],
  ['https://bitbucket.org/w/n.git', 'https://bitbucket.org/w/n/commits/c0ffee'],
  ['https://git.example.com/scm/p/n.git', 'https://git.example.com/projects/p/repos/n/commits/c0ffee'],
  ['https://dev.azure.com/o/p/_git/n', 'https://dev.azure.com/o/p/_git/n/commit/c0ffee'],
  ['file:///srv/config.git', undefined],
])('the page of a commit in %s', (repository, page) => {
  expect(commitUrl(repository, 'c0ffee')).toBe(page);
});

it.each([
  ['github.com/o/n', 'https://github.com/o/n/compare/a%2F1...a%2F2'],
  ['gitlab.com/g/n', 'https://gitlab.com/g/n/-/compare/a%2F1...a%2F2'],
  ['codeberg.org/o/n', 'https://codeberg.org/o/n/compare/a%2F1...a%2F2'],
  ['bitbucket.org/w/n', 'https://bitbucket.org/w/n/branches/compare/a%2F2%0Da%2F1'],
  [
    'git.example.com/scm/p/n',
    'https://git.example.com/projects/p/repos/n/compare/commits?sourceBranch=refs%2Ftags%2Fa%2F2&targetBranch=refs%2Ftags%2Fa%2F1',
  ],
  [
    'dev.azure.com/o/my%20p/_git/n',
    'https://dev.azure.com/o/my%20p/_git/n/branchCompare?baseVersion=GTa%2F1&targetVersion=GTa%2F2',
  ],
])('what is new between two tags of %s', (repository, page) => {
  expect(diffUrl(repository, 'a/1', 'a/2')).toBe(page);
});
