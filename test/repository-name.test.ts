import { describe, expect, test } from 'vitest';
import { checkRepository } from '../lib/config/text-checks.ts';
import { repositoryOf } from '../lib/sources/repository.ts';

const written = (text: string) => checkRepository(text);

describe('one name for a repository, in tagboat.yml as in events', () => {
  test.each([
    ['https://github.com/Codertocat/Hello-World.git', 'github.com/codertocat/hello-world'],
    ['https://gitlab.example.com:8443/acme/platform/web', 'gitlab.example.com:8443/acme/platform/web'],
    ['https://bitbucket.example.com/scm/PROJ/repo.git', 'bitbucket.example.com/scm/proj/repo'],
    ['https://bitbucket.example.com/git/scm/~steve/repo.git', 'bitbucket.example.com/git/scm/~steve/repo'],
    ['https://dev.azure.com/Fabrikam/Fiber/_git/web', 'dev.azure.com/fabrikam/fiber/_git/web'],
    ['https://dev.azure.com/fabrikam/_git/web', 'dev.azure.com/fabrikam/web/_git/web'],
    [
      'https://dev.azure.com/fabrikam/My%20Fiber/_git/R%C3%89',
      'dev.azure.com/fabrikam/my%20fiber/_git/r%c3%89',
    ],
    ['https://fabrikam.visualstudio.com/Fiber/_git/web', 'dev.azure.com/fabrikam/fiber/_git/web'],
    ['https://fabrikam.visualstudio.com/DefaultCollection/_git/web', 'dev.azure.com/fabrikam/web/_git/web'],
    ['https://tfs.example.com/tfs/Default/Fiber/_git/web', 'tfs.example.com/tfs/default/fiber/_git/web'],
  ])('%s', (url, name) => {
    expect(repositoryOf(url)).toBe(name);
    expect(written(url)).toEqual({ value: name });
    expect(written(name)).toEqual({ value: name });
  });

  test('of Azure DevOps, the path for SSH and the URL with a user', () => {
    const value = 'dev.azure.com/fabrikam/fiber/_git/web';
    expect(written('git@ssh.dev.azure.com:v3/fabrikam/Fiber/web')).toEqual({ value });
    expect(repositoryOf('https://fabrikam@dev.azure.com/fabrikam/Fiber/_git/web')).toBe(value);
  });
});

describe('what is no name', () => {
  test.each([
    ['https://bitbucket.example.com/projects/PROJ/repos/repo/browse', 'bitbucket.example.com/scm/proj/repo'],
    ['bitbucket.example.com/ctx/projects/PROJ/repos/repo', 'bitbucket.example.com/ctx/scm/proj/repo'],
    ['bitbucket.example.com/users/steve/repos/repo', 'bitbucket.example.com/scm/~steve/repo'],
  ])('the page %s is told from what is cloned', (page, clone) => {
    expect(written(page)).toEqual({
      wrong: `this is a page of Bitbucket; write what is cloned: \`${clone}\``,
    });
  });

  test.each(['github.com/a b/c', 'github.com/a/b%2', 'github.com/a/b%zz'])('%s', (text) => {
    expect(written(text)).toEqual({ wrong: 'this is not a repository; write `host/owner/name`' });
  });
});

test('a URL with a line break in it is no name of a repository', () => {
  expect(() => repositoryOf('https://github.com/codertocat/hello-\nworld')).toThrow(
    'is not one of http or https',
  );
});
