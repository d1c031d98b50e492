import { expect, test } from 'vitest';
import { parseConfig } from '../../lib/config/load.ts';
import { edited, problemsOf } from './support.ts';

/** The example with one more source. */
const withSource = (line: string): string =>
  edited('  github:    { secret: kms:… }\n', `  github:    { secret: kms:… }\n  ${line}\n`);

test.each([
  ['jfrog: { secret: kms:A }', '`host` is missing'],
  ['nexus: { secret: kms:A }', '`host` is missing'],
  ['artifact-registry: { serviceAccount: a@b.example.com }', '`audience` is missing'],
  ['artifact-registry: { audience: x }', '`serviceAccount` is missing'],
  ['artifact-registry: { audience: x, serviceAccount: tagboat }', 'write the address of a service account'],
  ['artifact-registry: { audience: x, serviceAccount: a@b.example.com, secret: kms:A }', 'secret'],
  ['jfrog: { secret: kms:A, host: https://acme.jfrog.io }', 'without a scheme'],
  [
    'jfrog: { secret: kms:A, host: acme.jfrog.io, path: /docker/ }',
    'write a part of a path, or `{repository}`',
  ],
  ['generic: { secret: kms:A, tag: tag }', 'this is not a path; write it as `$.push.tag`'],
  ['generic: { secret: kms:A, tag: $.a.. }', 'this is not a path'],
  ['generic: { secret: kms:A, image: $. }', 'this is not a path'],
  ['generic: { secret: kms:A, image: "web:1" }', 'write the image without a tag or digest'],
  ['generic: { secret: kms:A, repository: web }', 'this is not a repository'],
  ['generic: { secret: kms:A, header: "x y" }', 'this is not the name of a header'],
  ['generic: { secret: kms:A, signature: md5 }', '`hmac-sha256` or `token` is expected here, not `md5`'],
])('%s is refused: %s', (line, message) => {
  expect(problemsOf(withSource(line)).join('\n')).toContain(message);
});

test('what a source is configured with is made ready to be compared', () => {
  const line =
    'generic: { secret: kms:A, header: X-Hook-Token, image: web, repository: "https://github.com/Acme/web.git" }';
  expect(parseConfig(withSource(line)).sources.generic).toMatchObject({
    header: 'x-hook-token',
    image: 'docker.io/library/web',
    repository: 'github.com/acme/web',
  });
});
