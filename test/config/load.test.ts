import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from '../../lib/config/load.ts';
import { edited, example } from './support.ts';

describe('parseConfig', () => {
  it('reads the example, normalised', () => {
    expect(parseConfig(example)).toEqual({
      clusters: { production: { kubeconfig: 'kms:AQICAHh…' } },
      configRepos: {
        okeydokey: {
          url: 'https://github.com/DevOps-with-Kubernetes/okeydokey.git',
          branch: 'config',
          username: 'x-access-token',
          password: 'kms:…',
        },
      },
      sources: { github: { secret: 'kms:…' }, dockerhub: { key: 'kms:…' } },
      registries: { 'docker.io': { username: 'okeydokey-bot', password: 'kms:…' } },
      slack: {
        signingSecret: 'kms:…',
        allow: { users: ['U024BE7LH'], channels: ['C0DEPLOYS'] },
        confirm: false,
        timeZone: 'UTC',
      },
      api: { token: 'kms:…' },
      apps: {
        okeydokey: {
          image: 'docker.io/devopswithkubernetes/okeydokey',
          repository: 'github.com/devops-with-kubernetes/okeydokey',
          environments: {
            production: {
              on: 'image-push',
              tags: { semver: '>=0.0.1' },
              configRepo: 'okeydokey',
              files: ['deployment/*.yml'],
              cluster: 'production',
              namespace: 'default',
              deliver: 'apply',
              timeout: 300,
              imageTimeout: 900,
              onFailure: 'undo',
              notify: { slack: '#deploys' },
            },
          },
        },
      },
    });
  });

  it('fills in what may be left out', () => {
    const config = parseConfig(`
clusters: { c: { kubeconfig: kms:AAAA } }
configRepos: { r: { url: https://git.example.com/r, branch: main } }
apps:
  a:
    image: a
    environments:
      e: { on: image-push, tags: { pattern: 'v.*' }, configRepo: r, files: [a.yml], cluster: c }
`);

    expect(config).toEqual({
      clusters: { c: { kubeconfig: 'kms:AAAA' } },
      configRepos: { r: { url: 'https://git.example.com/r', branch: 'main' } },
      sources: {},
      registries: {},
      apps: {
        a: {
          image: 'docker.io/library/a',
          environments: {
            e: {
              on: 'image-push',
              tags: { pattern: 'v.*' },
              configRepo: 'r',
              files: ['a.yml'],
              cluster: 'c',
              namespace: 'default',
              deliver: 'apply',
              timeout: 300,
              imageTimeout: 900,
              onFailure: 'notify',
              notify: {},
            },
          },
        },
      },
    });
  });

  it.each([
    ['90s', 90],
    ['5m', 300],
    ['1h', 3600],
    ['24h', 86_400],
  ])('reads a timeout of %s as %i seconds', (written, seconds) => {
    const config = parseConfig(edited('timeout: 5m', `timeout: ${written}`));

    expect(config.apps.okeydokey?.environments.production?.timeout).toBe(seconds);
  });

  it.each([
    ['https://github.com/Codertocat/Hello-World.git', 'github.com/codertocat/hello-world'],
    ['git@github.com:Codertocat/Hello-World.git', 'github.com/codertocat/hello-world'],
    ['git.example.com:8443/group/sub/name/', 'git.example.com:8443/group/sub/name'],
    ['localhost/git/okeydokey', 'localhost/git/okeydokey'],
  ])('normalises the repository %s', (written, normal) => {
    const config = parseConfig(edited('github.com/DevOps-with-Kubernetes/okeydokey\n', `${written}\n`));

    expect(config.apps.okeydokey?.repository).toBe(normal);
  });

  it('normalises the host of a registry', () => {
    const config = parseConfig(edited('docker.io:', 'index.docker.io:'));

    expect(Object.keys(config.registries)).toEqual(['docker.io']);
  });

  it('takes a token for Git without a user name', () => {
    const config = parseConfig(edited('    username: x-access-token\n', ''));

    expect(config.configRepos.okeydokey).toEqual({
      url: 'https://github.com/DevOps-with-Kubernetes/okeydokey.git',
      branch: 'config',
      password: 'kms:…',
    });
  });

  it('follows anchors and merge keys', () => {
    const config = parseConfig(
      `${example.replace('production:\n        on', 'production: &production\n        on')}      staging:
        <<: *production
        files: [staging/*.yml]
`,
    );

    expect(config.apps.okeydokey?.environments.staging).toEqual({
      ...config.apps.okeydokey?.environments.production,
      files: ['staging/*.yml'],
    });
  });

  it.each([
    ['a byte order mark', `\uFEFF${example}`],
    ['CRLF', example.replaceAll('\n', '\r\n')],
    ['no newline at the end', example.trimEnd()],
  ])('reads a file with %s', (_, text) => {
    expect(parseConfig(text)).toEqual(parseConfig(example));
  });

  it('allows env:, file:, http:// and file:// on the local stack', () => {
    const text = edited('password: kms:…\nsources', 'password: env:GIT_PASSWORD\nsources')
      .replace('https://github.com', 'http://localhost:5055/git')
      .replace('kms:AQICAHh…', 'file:.tagboat/kubeconfig.yml');

    const config = parseConfig(text, { local: true });

    expect(config.clusters.production?.kubeconfig).toBe('file:.tagboat/kubeconfig.yml');
    expect(config.configRepos.okeydokey).toMatchObject({
      url: 'http://localhost:5055/git/DevOps-with-Kubernetes/okeydokey.git',
      password: 'env:GIT_PASSWORD',
    });
  });
});

describe('loadConfig', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tagboat-config-'));
  });

  afterEach(() => rm(directory, { recursive: true }));

  it('reads a file', async () => {
    const path = join(directory, 'tagboat.yml');
    await writeFile(path, example);

    expect(loadConfig(path)).toEqual(parseConfig(example));
  });

  it('calls a file in its messages what the caller calls it', async () => {
    const path = join(directory, 'other.yml');
    await writeFile(path, 'a: 1\na: 2\n');

    expect(() => loadConfig(path)).toThrow(
      expect.objectContaining({
        code: 'config-invalid',
        message: `${path}:2:1: the same key is there twice`,
      }),
    );
  });

  it('says when there is none', () => {
    const path = join(directory, 'missing.yml');

    expect(() => loadConfig(path)).toThrow(
      expect.objectContaining({ code: 'config-not-found', message: `${path} cannot be read` }),
    );
  });

  it('reads the tagboat.yml of the project', () => {
    expect(Object.keys(loadConfig('tagboat.yml').apps)).toEqual(['okeydokey']);
  });
});
