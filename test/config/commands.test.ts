import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Command } from '../../bin/commands/command.ts';
import * as explain from '../../bin/commands/explain.ts';
import * as schema from '../../bin/commands/schema.ts';
import * as sealing from '../../bin/commands/seal.ts';
import * as validate from '../../bin/commands/validate.ts';
import { createSecrets } from '../../lib/secrets/unseal.ts';
import { knownKey, openSshFile } from '../git/support/ssh-keys.ts';
import { clientFor } from '../secrets/support/client.ts';
import { type KmsServer, startKmsServer } from '../secrets/support/kms-server.ts';
import { edited, example } from './support.ts';

let server: KmsServer;
let directory: string;

beforeEach(async () => {
  server = await startKmsServer();
  directory = await mkdtemp(join(tmpdir(), 'tagboat-commands-'));
});

afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

const file = async (name: string, text: string): Promise<string> => {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
};

const call = async (run: Command, args: readonly string[], stdin = '') => {
  let stdout = '';
  let stderr = '';
  const code = await run(args, {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env: {
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_REGION: 'eu-north-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  });
  return { code, stdout, stderr };
};

describe('tagboat seal', () => {
  const slot = 'configRepos/okeydokey/password';
  const unseal = (reference: string) =>
    createSecrets({ kms: () => clientFor(server.endpoint) }).unseal(reference.trimEnd(), slot);
  const advice = 'Put this line into tagboat.yml at configRepos.okeydokey.password. Nothing else opens it.\n';

  it('seals standard input, without the newline at its end', async () => {
    const config = await file('tagboat.yml', example);

    const { code, stdout, stderr } = await call(sealing.run, [slot, '--config', config], 'hunter2\n');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^kms:d1\.[\w-]+\.[0-9a-f]{8}\n$/);
    expect(stderr).toBe(`The newline at the end is left out.\n${advice}`);
    expect(await unseal(stdout)).toBe('hunter2');
  });

  it('seals a file, under another key', async () => {
    const path = await file('password.txt', 'x'.repeat(5000));

    const { code, stdout } = await call(sealing.run, [slot, '--file', path, '--key', server.keyId]);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^kms:e1\./);
    expect(await unseal(stdout)).toBe('x'.repeat(5000));
  });

  it('notes a slot that tagboat.yml does not have yet', async () => {
    const config = await file('tagboat.yml', example);

    const { code, stderr } = await call(sealing.run, ['clusters/prod/kubeconfig', '--config', config], 'x');

    expect(code).toBe(0);
    expect(stderr.split('\n')[0]).toBe(
      `Note: ${config} has no clusters/prod/kubeconfig yet; did you mean clusters/production/kubeconfig?`,
    );
  });

  it('seals a key that can sign, and says where it goes', async () => {
    const path = await file('id_ed25519', openSshFile(knownKey));
    const config = await file('tagboat.yml', example);

    const { code, stdout, stderr } = await call(sealing.run, [
      'configRepos/okeydokey/signingKey',
      '--file',
      path,
      '--config',
      config,
    ]);

    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `Note: ${config} has no configRepos/okeydokey/signingKey yet
The newline at the end is left out.
Put this line into tagboat.yml at configRepos.okeydokey.commit.signingKey. Nothing else opens it.
`,
    });
    expect(stdout).toMatch(/^kms:d1\./);
  });

  it.each<[string, readonly string[], string, number, RegExp]>([
    ['no slot', [], 'x', 2, /^Usage: tagboat seal <slot>/],
    [
      'a key that cannot sign',
      ['configRepos/okeydokey/signingKey'],
      openSshFile(knownKey, { cipher: 'aes256-ctr' }),
      1,
      /\nconfigRepos\/okeydokey\/signingKey is encrypted with a passphrase; seal it without one\n/,
    ],
    ['two slots', [slot, slot], 'x', 2, /^Usage: tagboat seal <slot>/],
    ['an unknown option', [slot, '--kee', 'x'], 'x', 2, /^Unknown option '--kee'[\s\S]+Usage: tagboat seal/],
    [
      'a slot that cannot be',
      ['api/tokn'],
      'x',
      2,
      /^api\/tokn: slots of api are api\/token \(did you mean `api\/token`\?\)\n$/,
    ],
    ['nothing to seal', ['api/token'], '', 1, /the value for api\/token is empty\n/],
    [
      'a file that is not there',
      ['api/token', '--file', 'missing'],
      '',
      1,
      /the file missing for api\/token cannot be read\n/,
    ],
    [
      'a key that is not there',
      ['api/token', '--key', 'alias/x'],
      'x',
      1,
      /KMS refuses api\/token \(NotFoundException\)\n/,
    ],
  ])('refuses %s', async (_, args, stdin, code, message) => {
    const result = await call(sealing.run, args, stdin);

    expect(result.stderr).toMatch(message);
    expect(result).toMatchObject({ code, stdout: '' });
  });

  it('explains itself', async () => {
    const { code, stderr } = await call(sealing.run, ['--help']);

    expect(code).toBe(0);
    expect(stderr).toContain('registries/<host>/password');
  });
});

describe('tagboat validate', () => {
  const sealed = example.replaceAll('kms:…', 'kms:AAAA').replace('kms:AQICAHh…', 'kms:AAAA');

  it('is content with a valid file, and warns of what is probably not meant', async () => {
    const path = await file('tagboat.yml', sealed.replace('token: kms:AAAA', 'token: kms:REPLACE-ME'));

    expect(await call(validate.run, [path])).toEqual({
      code: 0,
      stdout: `${path} is valid: 1 app, 1 environment
  okeydokey production releases versions in \`>=0.0.1\`, prereleases only where it names them; older is the lower version, as SemVer has it
`,
      stderr:
        'warning: api/token is still a placeholder: tagboat seal api/token\n' +
        'warning: apps.okeydokey.environments.production.notify.slack tells nobody without slack.botToken\n',
    });
  });

  it('lists what is wrong', async () => {
    const path = await file('tagboat.yml', edited('deliver: apply', 'delivr: apply').replace('5m', '5x'));

    expect(await call(validate.run, [path])).toEqual({
      code: 1,
      stdout: '',
      stderr: `${path}:29:9: unknown key \`delivr\` (did you mean \`deliver\`?)
${path}:30:18: write a time of at most a day as \`90s\`, \`5m\` or \`1h\`
2 problems
`,
    });
  });

  it('warns of a pattern that does not say what is older, unless it only lists tags', async () => {
    const tagsOf = (tags: string) => file('tagboat.yml', sealed.replace("{ semver: '>=0.0.1' }", tags));
    const warned = (path: string) => call(validate.run, ['--local', path]);

    expect(await warned(await tagsOf("{ pattern: 'build-(\\d+)' }"))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(
        'releases tags that match `build-(\\d+)` as a whole; nothing is older, and one that looks lower than what stands is not released\n',
      ),
      stderr: expect.stringMatching(
        /^warning: apps\.okeydokey\.environments\.production\.tags has no order: .*\n$/,
      ),
    });
    expect(await warned(await tagsOf("{ pattern: 'build-(\\d+)', order: numeric }"))).toMatchObject({
      stdout: expect.stringContaining('older is the one with the lower number in what it captures'),
      stderr: '',
    });
    const listed = (await tagsOf('{ pattern: main|edge }')).toString();
    await file(
      'tagboat.yml',
      (await readFile(listed, 'utf8')).replace(
        'pattern: main|edge }',
        'pattern: main|edge }\n        pin: digest',
      ),
    );
    expect(await warned(listed)).toMatchObject({ code: 0, stderr: '' });
  });

  it('finds a damaged sealed value', async () => {
    const path = await file('tagboat.yml', sealed.replace('token: kms:AAAA', 'token: kms:d1.AAAA.00000000'));

    const { code, stderr } = await call(validate.run, [path]);

    expect(code).toBe(1);
    expect(stderr).toContain('the sealed value of api/token is incomplete or altered\n');
  });

  it('allows with --local what the local stack may use', async () => {
    const path = await file('tagboat.yml', sealed.replace('token: kms:AAAA', 'token: env:TOKEN'));

    const deployed = await call(validate.run, [path]);
    expect(deployed.code).toBe(1);
    expect(deployed.stderr).toMatch(
      /1 problem\nFor the local stack, which may have more, it is checked with --local\.\n$/,
    );
    // The local stack shows what would have gone to Slack, without a token
    expect(await call(validate.run, ['--local', path])).toMatchObject({ code: 0, stderr: '' });
  });

  it('says when there is no file', async () => {
    const path = join(directory, 'missing.yml');

    expect(await call(validate.run, [path])).toEqual({
      code: 1,
      stdout: '',
      stderr: `${path} cannot be read\nCreate it at the given path, or name another with --config.\n`,
    });
  });
});

describe('tagboat explain', () => {
  const monorepo = example
    .replace('    environments:', "    imageTag: '{version}'\n    environments:")
    .replace('on: image-push', 'on: tag-push')
    .replace("{ semver: '>=0.0.1' }", "{ pattern: 'app@(.+)', order: semver }");
  const its =
    '  it releases tags that match `app@(.+)` as a whole; older is the lower version in what it captures, as SemVer has it; the image of a Git tag has the tag `{version}`\n';
  const repository = 'github.com/DevOps-with-Kubernetes/okeydokey';
  const range =
    '  it releases versions in `>=0.0.1`, prereleases only where it names them; older is the lower version, as SemVer has it\n';

  it.each<[string, string, readonly string[], string]>([
    [
      'an image',
      example,
      ['devopswithkubernetes/okeydokey:v1.0.0'],
      `okeydokey production: v1.0.0 would be released\n${range}`,
    ],
    [
      'an image of an older version',
      example,
      ['docker.io/devopswithkubernetes/okeydokey:v1.0.0', '--current', 'v1.1.0'],
      `okeydokey production: v1.0.0 would not be released: v1.0.0 is older than v1.1.0, which the config repo has\n${range}`,
    ],
    [
      'what is no tag of an image',
      example,
      ['devopswithkubernetes/okeydokey:1.0+b'],
      `okeydokey production: 1.0+b would not be released: the tag cannot be the tag of an image\n${range}`,
    ],
    [
      'a Git tag',
      monorepo,
      [`${repository}@app@1.2.3`],
      `okeydokey production: app@1.2.3, whose image is 1.2.3, would be released\n${its}`,
    ],
    [
      'a Git tag of an older version',
      monorepo,
      [`https://${repository}.git@app@1.2.3`, '--current', '1.10.0'],
      `okeydokey production: app@1.2.3, whose image is 1.2.3, would not be released: 1.2.3 is older than 1.10.0, which the config repo has\n${its}`,
    ],
    [
      'a Git tag of an older version, which the tag of the image hides',
      monorepo.replace("imageTag: '{version}'", "imageTag: '{tag}'").replace('app@(.+)', 'app/(.+)'),
      [`${repository}@app/2.0.0-rc.1`, '--current', 'app-2.0.0'],
      `okeydokey production: app/2.0.0-rc.1, whose image is app-2.0.0-rc.1, would not be released: app-2.0.0-rc.1 is older than app-2.0.0, which the config repo has\n${its.replace('app@', 'app/').replace('{version}', '{tag}')}`,
    ],
    [
      'a Git tag of another app',
      monorepo,
      [`${repository}@api/v1.2.3`],
      `okeydokey production: api/v1.2.3 would not be released: the tag does not match pattern app@(.+)\n${its}`,
    ],
  ])('says what would come of %s', async (_name, config, args, stdout) => {
    const path = await file('tagboat.yml', config);

    expect(await call(explain.run, [...args, '--config', path])).toEqual({ code: 0, stdout, stderr: '' });
  });

  it.each<[string, readonly string[], number, string]>([
    ['an image of nobody', ['other/app:v1'], 1, 'no app in tagboat.yml has the image other/app\n'],
    [
      'a repository of nobody',
      ['github.com/other/app@v1'],
      1,
      'no app in tagboat.yml has the repository github.com/other/app\n',
    ],
    ['neither', ['v1.2.3'], 2, 'Usage: tagboat explain <image>:<tag> [options]\n'],
    ['nothing', [], 2, 'Usage: tagboat explain <image>:<tag> [options]\n'],
  ])('is asked of %s', async (_name, args, code, stderr) => {
    const path = await file('tagboat.yml', example);

    const answer = await call(explain.run, [...args, '--config', path]);

    expect([answer.code, answer.stdout]).toEqual([code, '']);
    expect(answer.stderr.startsWith(stderr)).toBe(true);
  });
});

describe('tagboat schema', () => {
  it('prints what tagboat.schema.json holds', async () => {
    expect(await call(schema.run, [])).toEqual({
      code: 0,
      stdout: await readFile(schema.schemaPath, 'utf8'),
      stderr: '',
    });
  });
});
