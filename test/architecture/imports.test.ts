import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..', '..');

const filesUnder = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map((file) => `${folder}/${file.replaceAll(path.sep, '/')}`);

type Import = {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
  readonly isDynamic: boolean;
};

/** Static and dynamic imports and re-exports; relative ones as paths from the top. */
const importsOf = (file: string): Import[] => {
  const text = readFileSync(path.join(root, file), 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'|import\('([^']+)'\)|(?:^|\n)import\s+'([^']+)'/g;
  return [...text.matchAll(pattern)].map(([, type, named, dynamic, bare]) => {
    const specifier = named ?? dynamic ?? bare ?? '';
    const to = specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : specifier;
    return { from: file, to, isType: type !== undefined, isDynamic: dynamic !== undefined };
  });
};

/** The part a file belongs to: `lib/git`, `functions`, or `lib` for the files that everything may stand on. */
const partOf = (file: string): string => {
  const [top, folder, ...rest] = file.split('/');
  if (top !== 'lib') return top ?? '';
  return rest.length === 0 ? 'lib' : `lib/${folder}`;
};

/** From top to bottom; a part imports from parts below its own level, never beside or above it. */
const levels: readonly (readonly string[])[] = [
  ['infra', 'bin', 'test'],
  ['functions'],
  ['lib/release'],
  [
    'lib/config',
    'lib/sources',
    'lib/manifests',
    'lib/git',
    'lib/cluster',
    'lib/secrets',
    'lib/notifiers',
    'lib/registry',
    'lib/store',
    'lib/queues',
  ],
  ['lib/slack'],
  ['lib/http'],
  ['lib'],
];
const levelOf = (part: string): number => levels.findIndex((level) => level.includes(part));

const everything = [...filesUnder('lib'), ...filesUnder('functions')].flatMap(importsOf);
const local = everything.filter(({ to }) => to.endsWith('.ts'));
const packages = everything.filter(({ to }) => !to.endsWith('.ts') && !to.startsWith('node:'));

describe('imports', () => {
  it('are found at all', () => {
    expect(local.length).toBeGreaterThan(200);
    expect(packages.length).toBeGreaterThan(20);
  });

  it('come from parts that have a place in the order', () => {
    const parts = new Set(everything.map(({ from }) => partOf(from)));
    expect([...parts].filter((part) => levelOf(part) === -1)).toEqual([]);
  });

  it('point down: functions, then lib/release, then the parts, then what all stand on', () => {
    const wrong = local.filter(({ from, to, isType }) => {
      const [above, below] = [partOf(from), partOf(to)];
      if (above === below) return false;
      // Plain data: the shape of the configuration is known to whoever is configured.
      if (isType && to === 'lib/config/types.ts') return false;
      // lib/http.ts is the front of lib/http/.
      if (from === 'lib/http.ts') return below !== 'lib/http';
      return levelOf(below) <= levelOf(above);
    });
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it.each([
    ['@kubernetes/client-node', ['lib/cluster']],
    ['@aws-sdk/client-kms', ['lib/secrets', 'functions']],
    ['@aws-sdk/client-sqs', ['lib/queues', 'functions']],
    ['@aws-sdk/client-dynamodb', ['lib/store', 'functions']],
    ['@octokit/webhooks', ['lib/sources']],
    ['@aws-lambda-powertools/logger', ['functions']],
    ['yaml', ['lib/config', 'lib/manifests', 'lib/cluster']],
    ['picomatch', ['lib/git', 'lib/config']],
  ])('%s is known to %j only', (name, parts) => {
    const strangers = packages
      .filter(({ to, from }) => to === name && !parts.includes(partOf(from)))
      .map(({ from }) => from);
    expect(strangers).toEqual([]);
  });

  it('of the AWS SDKs are dynamic, so that a webhook that is not genuine never loads them', () => {
    const eager = packages
      .filter(({ to, isType, isDynamic }) => to.startsWith('@aws-sdk/') && !isType && !isDynamic)
      .map(({ from }) => from);
    expect(eager).toEqual([]);
  });

  it('take no package that package.json does not pin exactly', () => {
    const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    const names = new Set(
      packages
        .filter(({ isType }) => !isType)
        .map(({ to }) =>
          to
            .split('/')
            .slice(0, to.startsWith('@') ? 2 : 1)
            .join('/'),
        ),
    );
    expect([...names].filter((name) => !/^\d+\.\d+\.\d+$/.test(dependencies[name] ?? '')).toSorted()).toEqual(
      [],
    );
  });
});
