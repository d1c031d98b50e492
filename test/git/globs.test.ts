import { describe, expect, it } from 'vitest';
import { compileGlobs } from '../../lib/git/globs.ts';

describe('globs', () => {
  it.each([
    { globs: ['deployment/*.yml'], path: 'deployment/app.yml', matches: true },
    { globs: ['deployment/*.yml'], path: 'deployment/sub/app.yml', matches: false },
    { globs: ['./deployment/*.yml'], path: 'deployment/app.yml', matches: true },
    { globs: ['**/*.yml'], path: 'app.yml', matches: true },
    { globs: ['**/*.yml'], path: 'a/b/c/app.yml', matches: true },
    { globs: ['**/*.yml'], path: '.github/app.yml', matches: false },
    { globs: ['.github/*.yml'], path: '.github/app.yml', matches: true },
    { globs: ['{a/b,c}/*.yml'], path: 'a/b/x.yml', matches: true },
    { globs: ['apps/*/values.{yml,yaml}'], path: 'apps/x/values.yaml', matches: true },
    { globs: ['a/*.yml', '!a/secret.yml'], path: 'a/secret.yml', matches: false },
    { globs: ['a/*.yml', '!a/secret.yml'], path: 'a/app.yml', matches: true },
    { globs: ['!a/x.yml'], path: 'a/y.yml', matches: false },
    { globs: ['a/!(x).yml'], path: 'a/y.yml', matches: true },
  ])('$globs, $path: $matches', ({ globs, path, matches }) => {
    expect(compileGlobs(globs).matches(path)).toBe(matches);
  });

  it.each([
    { globs: ['deployment/*.yml'], directory: 'deployment', may: true },
    { globs: ['deployment/*.yml'], directory: 'other', may: false },
    { globs: ['deployment/*.yml'], directory: 'deployment/sub', may: false },
    { globs: ['*.yml'], directory: 'deployment', may: false },
    { globs: ['apps/*/overlays/{dev,prod}/*.yml'], directory: 'apps/x/overlays/prod', may: true },
    { globs: ['apps/*/overlays/{dev,prod}/*.yml'], directory: 'apps/x/overlays/test', may: false },
    { globs: ['apps/*/overlays/{dev,prod}/*.yml'], directory: 'apps/x/base', may: false },
    { globs: ['apps/**/*.yml'], directory: 'apps', may: true },
    { globs: ['apps/**/*.yml'], directory: 'apps/a/b/c/d', may: true },
    { globs: ['apps/**/*.yml'], directory: 'other', may: false },
    { globs: ['{a/b,c}/*.yml'], directory: 'a/b', may: true },
    { globs: ['a/*.yml', 'b/*.yml'], directory: 'b', may: true },
    { globs: [], directory: 'a', may: false },
  ])('$globs look into $directory: $may', ({ globs, directory, may }) => {
    expect(compileGlobs(globs).mayHold(directory.split('/'))).toBe(may);
  });

  it.each([
    { globs: ['*.yml'], depth: 1 },
    { globs: ['*.yml', 'a/b/c.yml'], depth: 3 },
    { globs: ['a/**'], depth: undefined },
    { globs: ['{a/b,c}/x.yml'], depth: undefined },
    { globs: [], depth: 1 },
  ])('$globs need $depth levels of trees', ({ globs, depth }) => {
    expect(compileGlobs(globs).depth).toBe(depth);
  });

  it.each(['../x.yml', 'a/../../x.yml', '/etc/passwd', '', './', '!../x'])('refuses %s', (glob) => {
    expect(() => compileGlobs([glob])).toThrow(expect.objectContaining({ code: 'manifest-path-refused' }));
  });
});
