import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { serveFileRepositories } from '../../../infra/local/stack/configuration.ts';
import { describeKubeconfig, readKubeconfig } from '../../../infra/local/stack/services/kubeconfig.ts';
import { openState } from '../../../infra/local/state/directory.ts';
import { createFileLogger } from '../../../infra/local/state/log.ts';
import { openOrMoveAside } from '../../../infra/local/state/recovery.ts';
import { demoSecrets } from '../../../infra/local/state/secrets.ts';
import { stateUnusable } from '../../../infra/local/state/unusable.ts';
import type { Config } from '../../../lib/config/types.ts';
import { TagboatError } from '../../../lib/errors.ts';
import { silentLogger } from '../../../lib/logger.ts';

const temporaryDirectory = (): string => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'tagboat-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

describe('readKubeconfig', () => {
  it('puts the files that it refers to into it', () => {
    const directory = temporaryDirectory();
    const files = { 'ca.pem': 'CA', 'client.pem': 'CERT', 'client-key.pem': 'KEY', token: 'TOKEN\n' };
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
    const file = path.join(directory, 'config');
    writeFileSync(
      file,
      `
apiVersion: v1
kind: Config
current-context: here
clusters: [{ name: c, cluster: { server: 'https://x', certificate-authority: ca.pem } }]
users: [{ name: u, user: { client-certificate: client.pem, client-key: ${directory}/client-key.pem, tokenFile: token } }]
contexts: [{ name: here, context: { cluster: c, user: u } }]
`,
    );

    const kubeconfig: unknown = parse(readKubeconfig(['/nowhere', file].join(path.delimiter)));

    expect(kubeconfig).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'here',
      clusters: [{ name: 'c', cluster: { server: 'https://x', 'certificate-authority-data': 'Q0E=' } }],
      users: [
        {
          name: 'u',
          user: { 'client-certificate-data': 'Q0VSVA==', 'client-key-data': 'S0VZ', token: 'TOKEN' },
        },
      ],
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    });
  });

  it.each([
    ['names no file', undefined],
    [
      'refers to a file that is not there',
      'clusters: [{ name: c, cluster: { certificate-authority: nope.pem } }]',
    ],
    ['is no YAML', 'clusters: ['],
  ])('refuses one that %s', (_name, text) => {
    const file = path.join(temporaryDirectory(), 'config');
    if (text !== undefined) writeFileSync(file, text);

    expect(() => readKubeconfig(file)).toThrow(
      expect.objectContaining({ code: 'cluster-kubeconfig-invalid' }),
    );
  });
});

describe('demoSecrets', () => {
  it('makes each secret once, readable by its owner alone', () => {
    const state = openState(temporaryDirectory());

    const first = demoSecrets(state, 'secret: env:TAGBOAT_DEMO_GITHUB_SECRET, key: env:OTHER');
    const second = demoSecrets(state, 'secret: env:TAGBOAT_DEMO_GITHUB_SECRET');

    expect(Object.keys(first)).toEqual([
      'TAGBOAT_DEMO_GIT_PASSWORD',
      'TAGBOAT_DEMO_CLUSTER_TOKEN',
      'TAGBOAT_DEMO_REGISTRY_PASSWORD',
      'TAGBOAT_DEMO_AWS_ACCESS_KEY_ID',
      'TAGBOAT_DEMO_AWS_SECRET_ACCESS_KEY',
      'TAGBOAT_DEMO_GITHUB_SECRET',
    ]);
    expect(new Set(Object.values(first)).size).toBe(6);
    expect(second).toEqual(first);
    expect(statSync(state.file('secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('keeps what another configuration on the same state made', () => {
    const state = openState(temporaryDirectory());
    const first = demoSecrets(state, 'env:TAGBOAT_DEMO_GITHUB_SECRET');

    demoSecrets(state, '');

    expect(demoSecrets(state, 'env:TAGBOAT_DEMO_GITHUB_SECRET')).toEqual(first);
  });
});

describe('serveFileRepositories', () => {
  it('puts the Git server in the place of file:// URLs, and leaves the others alone', () => {
    const other = { url: 'https://github.com/a/b.git', branch: 'main' };
    const config: Config = {
      clusters: {},
      configRepos: { mine: { url: 'file:///srv/a%20b.git', branch: 'config' }, other },
      sources: {},
      registries: {},
      apps: {},
    };

    const { config: served, served: repositories } = serveFileRepositories(config, 'http://127.0.0.1:1');

    expect(repositories).toEqual([{ name: 'mine', path: '/srv/a b.git' }]);
    expect(served.configRepos).toEqual({
      mine: {
        url: 'http://127.0.0.1:1/git/mine.git',
        branch: 'config',
        username: 'x-access-token',
        password: 'env:TAGBOAT_DEMO_GIT_PASSWORD',
      },
      other,
    });
  });
});

describe('serveFileRepositories, where a URL is no path', () => {
  it.each(['file://config.git', 'file://host/config.git'])('refuses %s', (url) => {
    const config: Config = {
      clusters: {},
      configRepos: { mine: { url, branch: 'config' } },
      sources: {},
      registries: {},
      apps: {},
    };

    expect(() => serveFileRepositories(config, 'http://127.0.0.1:1')).toThrow(
      expect.objectContaining({
        code: 'config-invalid',
        message: expect.stringContaining(`configRepos/mine/url: ${url} is not the path of a repository`),
      }),
    );
  });
});

describe('createFileLogger', () => {
  it('touches nothing before the first line', () => {
    const directory = path.join(temporaryDirectory(), 'logs');

    createFileLogger(path.join(directory, 'log.jsonl'));

    expect(existsSync(directory)).toBe(false);
  });

  it('writes JSON lines, credentials masked, and tells of warnings and errors', () => {
    const file = path.join(temporaryDirectory(), 'logs', 'log.jsonl');
    const told: string[] = [];
    const logger = createFileLogger(file, (level, message) => told.push(`${level} ${message}`));

    logger.info('fetched', { url: 'https://user:hunter22@example.com/x' });
    logger.error('failed', {
      message: 'described',
      error: new TagboatError('internal', 'a message', { cause: new Error('why') }),
    });

    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { level: 'info', message: 'fetched', url: 'https://***@example.com/x' },
      {
        level: 'error',
        message: 'failed',
        detail: 'described',
        error: { message: 'a message', cause: { message: 'why' } },
      },
    ]);
    expect(told).toEqual(['error failed']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('goes on where the file cannot be written', () => {
    const directory = temporaryDirectory();
    const logger = createFileLogger(path.join(directory, 'log.jsonl'));
    rmSync(directory, { recursive: true });

    expect(() => logger.info('nothing')).not.toThrow();
  });
});

describe('describeKubeconfig', () => {
  it.each([
    [
      'the current context',
      `
current-context: there
clusters: [{ name: a, cluster: { server: 'https://a' } }, { name: b, cluster: { server: 'https://b:6443' } }]
contexts: [{ name: here, context: { cluster: a } }, { name: there, context: { cluster: b } }]
`,
      { server: 'https://b:6443', context: 'there' },
    ],
    ['a context that is not there', 'current-context: there', { server: undefined, context: 'there' }],
    ['nothing', '', { server: undefined, context: undefined }],
  ])('of %s', (_name, text, expected) => {
    expect(describeKubeconfig(text)).toEqual(expected);
  });
});

describe('openState', () => {
  it.each([
    ['is a file', (file: string) => file],
    ['lies below a file', (file: string) => path.join(file, 'state')],
  ])('says so where the directory %s', (_name, directory) => {
    const file = path.join(temporaryDirectory(), 'file');
    writeFileSync(file, '');

    expect(() => openState(directory(file))).toThrow(
      expect.objectContaining({
        code: 'local-state-unusable',
        message: `${directory(file)} is not a directory, and none can be made there`,
      }),
    );
  });
});

describe('stateUnusable', () => {
  it.each<[string, Error, string | undefined]>([
    [
      'a file that may not be written',
      Object.assign(new Error('EACCES: x'), { code: 'EACCES' }),
      '/s: this account may not (EACCES: x)',
    ],
    [
      'a read-only file system',
      Object.assign(new Error('EROFS: x'), { code: 'EROFS' }),
      '/s: the file system is read-only (EROFS: x)',
    ],
    [
      'LevelDB, whose cause has the words',
      new Error('not open', { cause: new Error('IO error: /s/LOCK: Permission denied') }),
      '/s: this account may not (IO error: /s/LOCK: Permission denied)',
    ],
    ['damage', new Error('not open', { cause: new Error('Corruption: CURRENT') }), undefined],
    ['a missing file', Object.assign(new Error('ENOENT: x'), { code: 'ENOENT' }), undefined],
  ])('of %s', (_name, error, expected) => {
    expect(stateUnusable(error, '/s')?.message).toBe(expected);
  });
});

describe('openOrMoveAside', () => {
  it.each<[string, Error, object]>([
    ['is in use', new TagboatError('local-state-busy', 'in use'), { code: 'local-state-busy' }],
    [
      'may not be read',
      Object.assign(new Error('EACCES: x'), { code: 'EACCES' }),
      { code: 'local-state-unusable' },
    ],
    [
      'finds too many files open',
      Object.assign(new Error('EMFILE: x'), { code: 'EMFILE' }),
      { code: 'local-state-unusable' },
    ],
    ['fails otherwise', new Error('a defect'), { message: 'a defect' }],
  ])('leaves where it is what %s', async (_name, error, expected) => {
    const directory = temporaryDirectory();

    await expect(openOrMoveAside(directory, silentLogger, () => Promise.reject(error))).rejects.toMatchObject(
      expected,
    );
    expect(readdirSync(path.dirname(directory))).toContain(path.basename(directory));
  });

  it('begins anew where it is damaged', async () => {
    const directory = path.join(temporaryDirectory(), 'part');
    mkdirSync(directory);
    const open = async (at: string) => {
      if (existsSync(at)) throw new TagboatError('local-state-damaged', 'damaged');
      return 'new';
    };

    expect(await openOrMoveAside(directory, silentLogger, open)).toBe('new');
    expect(readdirSync(path.dirname(directory))).toEqual([expect.stringMatching(/^part\.damaged-\d+$/)]);
  });
});
