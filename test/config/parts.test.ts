import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config/load.ts';
import { isMutableTag } from '../../lib/config/mutable-tags.ts';
import { secretSlots, slotForms, slotProblem } from '../../lib/config/slots.ts';
import { didYouMean, oneOf } from '../../lib/config/suggest.ts';
import { listedTags, patternProblem, tagPattern } from '../../lib/config/tag-pattern.ts';
import { endsInTime } from '../support/ends-in-time.ts';
import { example } from './support.ts';

describe('suggestions', () => {
  it.each([
    ['Timeout', ['timeout', 'imageTimeout'], ' (did you mean `timeout`?)'],
    ['prodution', ['staging', 'production'], ' (did you mean `production`?)'],
    ['depth', ['url', 'branch'], ''],
    ['x', [], ''],
  ])('for %s among %j', (word, candidates, suggestion) => {
    expect(didYouMean(word, candidates)).toBe(suggestion);
  });

  it.each([
    [['a'], '`a`'],
    [['a', 'b'], '`a` or `b`'],
    [['a', 'b', 'c'], '`a`, `b` or `c`'],
  ])('lists %j', (words, text) => {
    expect(oneOf(words)).toBe(text);
  });
});

describe('tag patterns', () => {
  it.each([
    ['v.*', 'v1', true],
    ['v.*', 'xv1', false],
    ['a|b', 'b', true],
    ['a|b', 'ab', false],
  ])('%s matches %s as a whole: %s', (pattern, tag, matches) => {
    expect(tagPattern(pattern)(tag)).toBe(matches);
  });

  it.each([
    ['latest', ['latest']],
    ['^(latest|main)$', ['latest', 'main']],
    ['(?:a|b)', ['a', 'b']],
    ['v.*', undefined],
    ['(a)(b)', undefined],
  ])('%s lists %j', (pattern, tags) => {
    expect(listedTags(pattern)).toEqual(tags);
  });

  it.each([
    ['latest', true],
    ['Main', true],
    ['1.2.3', false],
    ['main-0a1b2c3', false],
  ])('%s moves: %s', (tag, mutable) => {
    expect(isMutableTag(tag)).toBe(mutable);
  });

  // One that backtracks takes minutes and more
  it.each([
    ['(a+)+', 'a', '!'],
    ['v(\\d+)*', 'v1', '!'],
    ['(rc1|rc1rc1)+z', 'rc1', 'y'],
    ['(a|a)*b', 'a', 'c'],
    ['(\\w|\\d)+-x', '1', '!'],
    ['(.*)*(.*)*x', 'ab', 'y'],
  ])('%s is done with the longest tags in no time', (pattern, unit, end) => {
    const tag = unit.repeat(128 / unit.length) + end;
    expect(endsInTime(() => tagPattern(pattern)(tag))).toBe(false);
  });

  it.each([
    ['a)(b', 'unexpected )'],
    ['a(?=b)', 'invalid or unsupported Perl syntax'],
    ['(a)\\1', 'invalid escape sequence'],
    ['a{1,9999}', 'invalid repeat count'],
  ])('%s is none: %s', (pattern, problem) => {
    expect(patternProblem(pattern)).toContain(problem);
  });
});

describe('slots', () => {
  it('are known in all their forms', () => {
    expect(slotForms).toEqual([
      'clusters/<name>/kubeconfig',
      'configRepos/<name>/password',
      'configRepos/<name>/signingKey',
      'sources/<name>/secret',
      'sources/<name>/key',
      'sources/<name>/token',
      'registries/<host>/password',
      'registries/<host>/serviceAccountKey',
      'gitHosts/<host>/password',
      'slack/signingSecret',
      'slack/botToken',
      'api/token',
    ]);
  });

  it('of the example', () => {
    expect(secretSlots(parseConfig(example)).map(({ slot, reference }) => [slot, reference])).toEqual([
      ['clusters/production/kubeconfig', 'kms:AQICAHh…'],
      ['configRepos/okeydokey/password', 'kms:…'],
      ['sources/github/secret', 'kms:…'],
      ['sources/dockerhub/key', 'kms:…'],
      ['registries/docker.io/password', 'kms:…'],
      ['slack/signingSecret', 'kms:…'],
      ['api/token', 'kms:…'],
    ]);
  });

  it.each<[string, string | undefined]>([
    ['clusters/production/kubeconfig', undefined],
    ['registries/docker.io/password', undefined],
    ['registries/127.0.0.1:5055/password', undefined],
    ['slack/botToken', undefined],
    ['api/token', undefined],
    [
      'cluster/production/kubeconfig',
      'no slot begins like that (did you mean `clusters/production/kubeconfig`?)',
    ],
    ['elsewhere', 'no slot begins like that'],
    ['api', 'slots of api are api/token'],
    ['api/previousToken', '`previousToken` holds the line that was sealed for `api/token`; move it there'],
    [
      'sources/shop/previousSecret',
      '`previousSecret` holds the line that was sealed for `sources/shop/secret`; move it there',
    ],
    ['sources/shop/secret', undefined],
    ['api/tokn', 'slots of api are api/token (did you mean `api/token`?)'],
    ['sources/github/token', undefined],
    [
      'sources/github',
      'slots of sources are sources/<name>/secret or sources/<name>/key or sources/<name>/token',
    ],
    [
      'clusters/production/kubconfig',
      'slots of clusters are clusters/<name>/kubeconfig (did you mean `clusters/production/kubeconfig`?)',
    ],
    ['clusters//kubeconfig', '`` cannot be a name in tagboat.yml'],
    [
      'registries/index.docker.io/password',
      'sealed values are bound to the host in its normal form: `registries/docker.io/password`',
    ],
    ['registries/a b/password', '`a b` is not the host of a registry'],
  ])('%s: %s', (slot, problem) => {
    expect(slotProblem(slot)).toBe(problem);
  });
});
