import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseChallenges } from '../../lib/registry/challenge.ts';

const parsed = (header: string) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

test.each([
  [
    'Docker Hub',
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/busybox:pull,push"',
    [
      [
        'bearer',
        {
          realm: 'https://auth.docker.io/token',
          service: 'registry.docker.io',
          scope: 'repository:library/busybox:pull,push',
        },
      ],
    ],
  ],
  [
    'spaces and casing',
    'BEARER  Realm = "https://a" ,  Service=b',
    [['bearer', { realm: 'https://a', service: 'b' }]],
  ],
  ['quoted quotes', 'Basic realm="a \\"b\\" \\\\c, d=e"', [['basic', { realm: 'a "b" \\c, d=e' }]]],
  ['an empty value', 'Basic realm=""', [['basic', { realm: '' }]]],
  ['no parameters', 'Negotiate', [['negotiate', {}]]],
  [
    'several challenges',
    'Negotiate, Basic realm="r", Bearer realm="https://a",error="invalid_token"',
    [
      ['negotiate', {}],
      ['basic', { realm: 'r' }],
      ['bearer', { realm: 'https://a', error: 'invalid_token' }],
    ],
  ],
  [
    'a token68',
    'Negotiate YWJj==, Basic realm="r"',
    [
      ['negotiate', {}],
      ['basic', { realm: 'r' }],
    ],
  ],
  ['nothing', '', []],
  ['an open quote', 'Bearer realm="https://a', [['bearer', {}]]],
])('WWW-Authenticate: %s', (_name, header, expected) => {
  expect(parsed(header).slice(0, expected.length)).toEqual(expected);
});

test('any text ends, and any quoted value comes back', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      parseChallenges(text);
      const quoted = text.replace(/["\\]/g, '\\$&');
      if (!/[\n\r\u2028\u2029]/.test(text))
        expect(parsed(`Bearer realm="${quoted}",x=y`)).toEqual([['bearer', { realm: text, x: 'y' }]]);
    }),
  );
});

test('a long header that nearly matches does not take long', () => {
  expect(parseChallenges(`Bearer realm="${'\\'.repeat(50_000)}`)).toHaveLength(1);
  expect(parseChallenges(`${'a '.repeat(50_000)}=`).length).toBeGreaterThan(0);
});
