import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config/load.ts';
import { secretSlots } from '../../lib/config/slots.ts';
import { edited, problemsOf } from './support.ts';

const ecr = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
const role = 'arn:aws:iam::210987654321:role/tagboat-pull';

/** The example with another registry. */
const withRegistry = (line: string): string => edited('registries:\n', `registries:\n  ${line}\n`);

describe('the credentials of a registry', () => {
  it.each([
    ['the role of the functions', `${ecr}: { ecr: true }`],
    ['another role', `${ecr}: { roleArn: '${role}' }`],
    ['that role, said twice', `${ecr}: { ecr: true, roleArn: '${role}' }`],
    ['none, of Amazon ECR', `${ecr}: { ecr: false, endpoint: 'https://mirror.example.com' }`],
    ['the public registry of Amazon ECR', 'public.ecr.aws: { ecr: true }'],
    ['a key of Google', 'europe-docker.pkg.dev: { serviceAccountKey: kms:A }'],
    ['a token service', 'registry.example.com: { tokenService: auth.example.net }'],
  ])('may be %s', (_name, line) => {
    expect(problemsOf(withRegistry(line))).toEqual([]);
  });

  it('of Google have a slot of their own', () => {
    const config = parseConfig(withRegistry('gcr.io: { serviceAccountKey: kms:A }'), {
      file: 'tagboat.yml',
      local: false,
    });
    expect(secretSlots(config).map(({ slot }) => slot)).toContain('registries/gcr.io/serviceAccountKey');
  });

  it.each([
    [
      'of two kinds',
      'gcr.io: { username: a, password: kms:A, serviceAccountKey: kms:B }',
      '14:43: `serviceAccountKey` beside `password`: a registry is asked with one of them',
    ],
    ['of Amazon for others', 'ghcr.io: { ecr: true }', '14:14: `ghcr.io` is not a host of Amazon ECR'],
    [
      'of Amazon for a host that only looks like it',
      `${ecr}.example.com: { ecr: true }`,
      `14:66: \`${ecr}.example.com\` is not a host of Amazon ECR`,
    ],
    [
      'of a role that is not asked for',
      `${ecr}: { ecr: false, roleArn: '${role}' }`,
      '14:66: `roleArn` is for nothing where `ecr` is false',
    ],
    [
      'of a role that the functions may not assume',
      `${ecr}: { roleArn: 'arn:aws:iam::210987654321:role/admin' }`,
      '14:63: this is not the ARN of a role whose name begins with `tagboat-pull`: the functions may assume no other',
    ],
    [
      'of a token service that is a URL',
      "a.example.com: { tokenService: 'https://b.example.net' }",
      '14:34: this is not the host of an image; write it as in `host[:port]/name`, without a scheme',
    ],
  ])('are not %s', (_name, line, problem) => {
    expect(problemsOf(withRegistry(line))).toEqual([`tagboat.yml:${problem}`]);
  });
});
