import { describe, expect, it } from 'vitest';
import { redact } from '../lib/redact.ts';
import { endsInTime } from './support/ends-in-time.ts';

const end = '-----END RSA PRIVATE KEY-----';
const masked = '*** private key ***';
const keyLines = (count: number, width = 64): string => `${'A'.repeat(width)}\n`.repeat(count);

const key = ['MHcCAQEEIDg6dmFpbiBwbGVhc2UgZG8gbm90IHVzZSB0aGlzIGtleSBh', 'bnl3aGVyZQ=='];

describe('credentials in a text', () => {
  it.each([
    ['a bearer token', 'Authorization: Bearer c2VjcmV0LXRva2Vu', 'Authorization: Bearer ***'],
    ['basic authorization', 'authorization: Basic dXNlcjpodW50ZXIy', 'authorization: Basic ***'],
    ['a URL with user and password', 'postgres://shop:hunter2@db/shop', 'postgres://***@db/shop'],
    ['a URL with an @ in the password', 'amqp://shop:hun@ter2@mq:5672/', 'amqp://***@mq:5672/'],
    ['a URL with a password alone', 'redis://:hunter2@cache:6379', 'redis://***@cache:6379'],
    ['an AWS access key', 'AKIAIOSFODNN7EXAMPLE', 'AKIA***'],
    [
      'an AWS secret access key',
      'aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      'aws_secret_access_key=***',
    ],
    ['a presigned URL', 'https://s3/x?X-Amz-Signature=0a1b2c3d&y=1', 'https://s3/x?X-Amz-Signature=***&y=1'],
    [
      'an Azure connection string',
      'AccountName=a;AccountKey=Zm9vYmFy==;X=1',
      'AccountName=a;AccountKey=***;X=1',
    ],
    ['a variable', 'DB_PASSWORD=hunter2 PORT=80', 'DB_PASSWORD=*** PORT=80'],
    ['YAML', 'password: hunter2', 'password: ***'],
    ['JSON', '{"password": "hunter two", "user": "x"}', '{"password": "***", "user": "x"}'],
    ['JSON within JSON', '{\\"apiKey\\":\\"hunter2\\",\\"n\\":1}', '{\\"apiKey\\":\\"***\\",\\"n\\":1}'],
    [
      'a response_url of GovSlack',
      'https://hooks.slack-gov.com/commands/T1/2/x',
      'https://hooks.slack-gov.com/***',
    ],
    [
      'a webhook path with its key',
      'POST /webhooks/dockerhub/q7Jw0d4x 401',
      'POST /webhooks/dockerhub/*** 401',
    ],
    ['a flag', 'mysql --password hunter2 -h db', 'mysql --password *** -h db'],
    ['a JSON Web Token', 'got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'got ***'],
    ['a GitHub token', 'clone with ghp_abcdefghijklmnop', 'clone with ghp_***'],
    ['a Slack token', 'xoxb-1234567890-abc', 'xoxb-***'],
    ['a Stripe key', 'sk_live_4eC39HqLyjWDarjtT1zdp7dc', 'sk_live_***'],
    [
      'a private key over several lines',
      ['a', '-----BEGIN RSA PRIVATE KEY-----', ...key, '-----END RSA PRIVATE KEY-----', 'b'].join('\n'),
      'a\n*** private key ***\nb',
    ],
    [
      'a private key in JSON',
      `{"key":"-----BEGIN PRIVATE KEY-----\\n${key.join('\\n')}\\n-----END PRIVATE KEY-----\\n"}`,
      '{"key":"*** private key ***\\n"}',
    ],
    [
      'a private key whose end is cut off',
      ['a', '-----BEGIN EC PRIVATE KEY-----', ...key].join('\n'),
      'a\n*** private key ***',
    ],
    [
      'a private key whose beginning is cut off',
      ['a', ...key, '-----END EC PRIVATE KEY-----', 'b'].join('\n'),
      'a\n*** private key ***\nb',
    ],
    [
      'blank lines within a private key whose beginning is cut off',
      ['a', '', ...key.map((line) => `${line}\r\n\r\n`), '-----END EC PRIVATE KEY-----', 'b'].join('\n'),
      'a\n\n*** private key ***\nb',
    ],
    ['a long private key whose beginning is cut off', `${keyLines(230)}${end}`, '*** private key ***'],
    ['a private key in short lines', `a\n${keyLines(205, 16)}${end}`, 'a\n*** private key ***'],
    [
      'the ends of two private keys',
      `${keyLines(2)}${end}\nAA==\n${end}`,
      '*** private key ***\n*** private key ***',
    ],
    ['the end of a private key within its last line', `a\nAA==${end}`, 'a\n*** private key ***'],
    ['a key that signs', 'SECRET_KEY_BASE=hunter2hunter2', 'SECRET_KEY_BASE=***'],
    ['a short name', 'DB_PASS=hunter2 x', 'DB_PASS=*** x'],
    [
      'a connection string of SQL Server',
      'Server=db;User Id=sa;Pwd=hunter2;',
      'Server=db;User Id=sa;Pwd=***;',
    ],
    ['a Ruby hash', '{"password"=>"hunter2"}', '{"password"=>"***"}'],
    ['XML', '<password>hunter2</password>', '<password>***</password>'],
    ['a secret that begins like an excuse', 'password=not-my-pass', 'password=***'],
    ['a URL with a / in the password', 'postgres://u:pa/ss@db/x?mail=a@b', 'postgres://***@db/x?mail=a@b'],
    ['the login of a registry', '{"auth":"dXNlcjpodW50ZXIy"}', '{"auth":"***"}'],
    ['a cookie', 'Cookie: session=abcdefgh; a=b', 'Cookie: ***'],
    ['another scheme', 'Authorization: token abcdef123456', 'Authorization: token ***'],
    ['a SAS URL of Azure', 'https://a/b?sv=1&sig=abc%2Fdef&se=1', 'https://a/b?sv=1&sig=***&se=1'],
    ['a key in a kubeconfig', 'client-key-data: LS0tLS1CRUdJTiBSU0EgUFJ', 'client-key-data: ***'],
    ['a Docker Hub token', 'dckr_pat_abcdefghijkl', 'dckr_pat_***'],
    ['a Vault token', 'hvs.CAESIabcdefgh', 'hvs.***'],
    [
      'an environment as Go prints it',
      'core.EnvVar{Name:"DB_PASSWORD", Value:"hunter2", ValueFrom:nil}',
      'core.EnvVar{Name:"DB_PASSWORD", Value:"***", ValueFrom:nil}',
    ],
    [
      'an environment in a manifest',
      '- name: DB_PASSWORD\n  value: hunter2\n- name: A',
      '- name: DB_PASSWORD\n  value: ***\n- name: A',
    ],
    [
      'a PGP key',
      '-----BEGIN PGP PRIVATE KEY BLOCK-----\nabc\n-----END PGP PRIVATE KEY BLOCK-----',
      '*** private key ***',
    ],
  ])('%s', (_, text, masked) => {
    expect(redact(text)).toBe(masked);
    expect(redact(masked), 'a second time').toBe(masked);
  });
});

describe('what is no credential stays', () => {
  it.each([
    'secret "okeydokey-tls" not found',
    `couldn't find key password in Secret shop/okeydokey`,
    'references non-existent secret key: password',
    'exceeded quota: team, requested: secrets=1, used: secrets=100, limited: secrets=100',
    'failed to fetch oauth token: unexpected status from GET request to https://auth/token: 401 Unauthorized',
    'https://example.com/a?mail=x@example.com',
    'pull access denied, repository does not exist or may require authorization',
    'the tokenizer has 512 tokens',
    'error reading secret:\npanic: runtime error',
    'basic authentication failed',
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"',
    'invalid token: signature is invalid',
    'token=null',
    'password: <nil>',
    'npm_config_registry=https://registry.example',
    'PWD=/app',
    '--- PASS: 12 tests, bypass=true',
    'https://example.com:8080/a?mail=x@example.com',
    `no key ends with ${end}`,
    `${keyLines(2)}and no key`,
    '{"name":"DB_PASSWORD","valueFrom":{"secretKeyRef":{"name":"db","key":"password"}}}',
  ])('%s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

// Each is done in a second or two; in a time that grows with the square of the length they would take many minutes.
it.each<[name: string, text: string, masked?: string]>([
  ['short words', 'a.'.repeat(500_000)],
  ['dashes', 'a-'.repeat(500_000)],
  ['one word', 'A'.repeat(1_000_000)],
  ['blanks', ' '.repeat(1_000_000)],
  ['cookies without a value', 'cookie:'.repeat(150_000)],
  ['beginnings of tokens', 'eyJaaaaaaaa-'.repeat(80_000)],
  ['names of secrets', 'name:password-'.repeat(70_000)],
  ['addresses', 'https://a:'.repeat(100_000)],
  ['opened elements', '<password>'.repeat(100_000)],
  ['keys that begin', '-----BEGIN PRIVATE KEY '.repeat(40_000)],
  ['newlines', '\n'.repeat(1_000_000)],
  [
    'newlines before the end of a key',
    `a:${'\n'.repeat(1_000_000)}${end}`,
    `a:${'\n'.repeat(1_000_000)}${masked}`,
  ],
  ['lines as of a key', keyLines(16_000)],
  ['lines of a key', `${keyLines(16_000)}${end}`, masked],
  ['lines as of a key, with blank lines between', `${keyLines(1)}${'\n'.repeat(200)}`.repeat(4_000)],
  [
    'lines of a key, with blank lines between',
    `${`${keyLines(1)}${'\n'.repeat(200)}`.repeat(4_000)}${end}`,
    masked,
  ],
  ['ends of keys', `${end}\n`.repeat(30_000), `${masked}\n`.repeat(30_000)],
])('comes to an end with a megabyte of %s', (_name, text, expected = text) => {
  expect(endsInTime(() => redact(text)) === expected).toBe(true);
});
