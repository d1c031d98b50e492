import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config/load.ts';
import { secretSlots } from '../../lib/config/slots.ts';
import { oneOf } from '../../lib/config/suggest.ts';
import { sourceTypes } from '../../lib/sources/catalog.ts';
import { edited, plainSecret, problemsOf } from './support.ts';

/** The example with another `sources.github`, or with more beside it. */
const withSource = (line: string): string => edited('  github:    { secret: kms:… }\n', `${line}\n`);
const types = oneOf(Object.keys(sourceTypes));
const at = (column: number, message: string) => [`tagboat.yml:11:${column}: ${message}`];

describe('the sources that tagboat.yml may name', () => {
  it('may have a second, older secret, which was sealed for the same slot', () => {
    const text = withSource('  github: { secret: kms:B, previousSecret: kms:A }')
      .replace('{ key: kms:… }', '{ key: kms:D, previousKey: kms:C }')
      .replace('signingSecret: kms:…', 'signingSecret: kms:F, previousSigningSecret: kms:E')
      .replace('{ token: kms:… }', '{ token: kms:H, previousToken: kms:G }');

    const slots = secretSlots(parseConfig(text)).map(({ slot, path, reference }) => [
      slot,
      path.at(-1),
      reference,
    ]);

    expect(slots.slice(2)).toEqual([
      ['sources/github/secret', 'secret', 'kms:B'],
      ['sources/github/secret', 'previousSecret', 'kms:A'],
      ['sources/dockerhub/key', 'key', 'kms:D'],
      ['sources/dockerhub/key', 'previousKey', 'kms:C'],
      ['registries/docker.io/password', 'password', 'kms:…'],
      ['slack/signingSecret', 'signingSecret', 'kms:F'],
      ['slack/signingSecret', 'previousSigningSecret', 'kms:E'],
      ['api/token', 'token', 'kms:H'],
      ['api/token', 'previousToken', 'kms:G'],
    ]);
  });

  it('may have both secrets in a list, which comes to the same', () => {
    const listed = withSource('  github: { secrets: [kms:B, kms:A] }').replace(
      '{ key: kms:… }',
      '{ keys: [kms:D] }',
    );
    const apart = withSource('  github: { secret: kms:B, previousSecret: kms:A }').replace(
      '{ key: kms:… }',
      '{ key: kms:D }',
    );

    expect(JSON.stringify(parseConfig(listed))).toBe(JSON.stringify(parseConfig(apart)));
    expect(problemsOf(withSource('  gh: { type: github, secrets: [kms:B, kms:A] }'))).toEqual([]);
  });

  it('may have both in a list of what only the local stack opens', () => {
    const line = '  github: { secrets: [env:NEW, file:old] }';
    const local =
      '`env:` and `file:` work on the local stack only; seal the value: `tagboat seal sources/github/secret`';

    expect(problemsOf(withSource(line), { local: true })).toEqual([]);
    expect(problemsOf(withSource(line))).toEqual([...at(23, local), ...at(32, local)]);
  });

  it('may have names of their own, and what only they announce', () => {
    const line =
      '  okeydokey: { type: github, secret: kms:A, repositories: [https://github.com/DevOps-with-Kubernetes/okeydokey.git] }\n' +
      '  hub: { type: dockerhub, key: kms:B, images: [devopswithkubernetes/okeydokey] }';

    const config = parseConfig(withSource(line));

    expect(config.sources).toEqual({
      okeydokey: {
        type: 'github',
        secret: 'kms:A',
        repositories: ['github.com/devops-with-kubernetes/okeydokey'],
      },
      hub: { type: 'dockerhub', key: 'kms:B', images: ['docker.io/devopswithkubernetes/okeydokey'] },
      dockerhub: { key: 'kms:…' },
    });
    expect(secretSlots(config).map(({ slot }) => slot)).toContain('sources/okeydokey/secret');
  });

  it.each<[string, string, readonly string[]]>([
    [
      'a name of its own without a type',
      '  shop: { secret: kms:A }',
      at(3, `\`shop\` is no type of source; a source with a name of its own says its \`type\`: ${types}`),
    ],
    [
      'a type that there is not',
      '  shop: { type: gittea, secret: kms:A }',
      at(17, `${types} is expected here, not \`gittea\``),
    ],
    [
      'the name of one type and another type',
      '  github: { type: dockerhub, secret: kms:A }',
      at(19, '`github` is expected here, not `dockerhub`'),
    ],
    [
      'a name that no path can have',
      '  a/b: { type: github, secret: kms:A }',
      at(3, 'a name has 1 to 63 letters, digits, `-`, `_` and `.`, and begins with a letter or digit'),
    ],
    [
      'a field that its type has no use for',
      '  shop: { type: github, secret: kms:A, previousKey: kms:B }',
      at(40, 'unknown key `previousKey`'),
    ],
    ['no secret', '  shop: { type: github }', at(3, '`secret` is missing')],
    ['the older secret alone', '  github: { previousSecret: kms:A }', at(3, '`secret` is missing')],
    [
      'an older secret in clear',
      '  github: { secret: kms:A, previousSecret: hunter2 }',
      at(44, plainSecret('sources/github/secret')),
    ],
    [
      'a secret in clear, in a list',
      '  github: { secrets: [kms:A, hunter2] }',
      at(30, plainSecret('sources/github/secret')),
    ],
    [
      'a key in clear, in a list',
      '  hub: { type: dockerhub, keys: [hunter2, kms:A] }',
      at(34, plainSecret('sources/hub/key')),
    ],
    [
      'a list of secrets that is none',
      '  github: { secrets: hunter2 }',
      at(22, 'a list is expected here, not a text'),
    ],
    [
      'an empty list of secrets',
      '  github: { secrets: [] }',
      at(22, 'one or two are expected here: the new one, then the old one'),
    ],
    [
      'three secrets',
      '  github: { secrets: [kms:A, kms:B, kms:C] }',
      at(22, 'one or two are expected here: the new one, then the old one'),
    ],
    [
      'a secret beside a list of them',
      '  github: { secrets: [kms:A, kms:B], secret: kms:A }',
      at(38, '`secret` beside `secrets`, which has both; take it out'),
    ],
    [
      'an older secret beside a list of them',
      '  github: { secrets: [kms:A], previousSecret: kms:B }',
      at(31, '`previousSecret` beside `secrets`, which has both; take it out'),
    ],
    [
      'a list of secrets that its type has no use for',
      '  hub: { type: dockerhub, secrets: [kms:A] }',
      [...at(3, '`key` is missing'), ...at(27, 'unknown key `secrets`')],
    ],
    [
      'a repository that no app has',
      '  shop: { type: github, secret: kms:A, repositories: [github.com/acme/shpo] }',
      at(55, 'no app has the repository `github.com/acme/shpo`'),
    ],
    [
      'an image that no app has',
      '  hub: { type: dockerhub, key: kms:A, images: [acme/shop] }',
      at(48, 'no app has the image `docker.io/acme/shop`'),
    ],
    ['events of no account', '  ecr: {}', at(3, '`accounts` is missing')],
    [
      'an account that lost its first zeros as a number',
      "  ecr: { accounts: ['123'] }",
      at(21, 'an account of AWS has 12 digits; write it in quotes'),
    ],
    [
      'a secret of what sends no webhook',
      "  ecr: { accounts: ['123456789012'], secret: kms:A }",
      at(38, 'unknown key `secret`'),
    ],
    [
      'a list of nothing',
      '  shop: { type: github, secret: kms:A, repositories: [] }',
      at(54, 'an empty list would announce nothing; take it out'),
    ],
  ])('refuses %s', (_name, line, problems) => {
    expect(problemsOf(withSource(line))).toEqual(problems);
  });
});

describe('sources.github.redelivery', () => {
  const withRedelivery = (fields: string) =>
    edited('github:    { secret: kms:… }', `github: { secret: kms:…, redelivery: { ${fields} } }`);

  it('is a token, for github.com where nothing else is said, in a slot of its own', () => {
    const config = parseConfig(withRedelivery('token: kms:AAAA'));

    expect(config.sources.github?.redelivery).toEqual({
      token: 'kms:AAAA',
      host: 'github.com',
      organizations: [],
    });
    expect(secretSlots(config)).toContainEqual({
      slot: 'sources/github/token',
      path: ['sources', 'github', 'redelivery', 'token'],
      reference: 'kms:AAAA',
    });
  });

  it('names a host and organizations', () => {
    const fields = 'token: kms:AAAA, host: GitHub.example.com, organizations: [acme]';

    expect(parseConfig(withRedelivery(fields)).sources.github?.redelivery).toMatchObject({
      host: 'github.example.com',
      organizations: ['acme'],
    });
  });

  it.each([
    ['no token', 'host: github.com', 'token'],
    ['a token in clear', 'token: ghp_0123', 'token'],
    ['a token of the environment', 'token: env:TOKEN', 'env:'],
    ['what is no organization', 'token: kms:AAAA, organizations: [a/b]', 'organization'],
  ])('is refused with %s', (_name, fields, word) => {
    expect(problemsOf(withRedelivery(fields)).join()).toContain(word);
  });

  it('is of GitHub only', () => {
    const text = edited(
      'dockerhub: { key: kms:… }',
      'dockerhub: { key: kms:…, redelivery: { token: kms:A } }',
    );

    expect(problemsOf(text).join()).toContain('redelivery');
  });
});
