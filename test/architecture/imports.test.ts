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
  ['lib/app'],
  ['lib/slack-app'],
  ['lib/release'],
  ['lib/config'],
  [
    'lib/sources',
    'lib/manifests',
    'lib/git',
    'lib/cluster',
    'lib/secrets',
    'lib/notifiers',
    'lib/registry',
    'lib/github',
    'lib/oidc',
    'lib/store',
    'lib/queues',
  ],
  ['lib/slack'],
  ['lib/view', 'lib/http', 'lib/yaml'],
  ['lib'],
];
const levelOf = (part: string): number => levels.findIndex((level) => level.includes(part));

/** The same within the parts that have rooms of their own: every file of theirs lies in one. */
const rooms: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'lib/release': [
    ['api', 'notify', 'undo', 'rollout', 'commit', 'intake'],
    ['lifecycle'],
    ['queue'],
    ['record'],
    ['model'],
  ],
  'lib/cluster': [['watch'], ['fail-fast'], ['diagnose'], ['status'], ['deliver'], ['connect'], ['objects']],
};
const roomOf = (file: string): string => file.split('/').slice(0, -1)[2] ?? '';
const roomLevelOf = (file: string): number =>
  rooms[partOf(file)]?.findIndex((level) => level.includes(roomOf(file))) ?? -1;

const everything = [...filesUnder('lib'), ...filesUnder('functions')].flatMap(importsOf);
const local = everything.filter(({ to }) => to.endsWith('.ts'));
const packages = everything.filter(({ to }) => !to.endsWith('.ts') && !to.startsWith('node:'));

/** Files that import each other in a ring, each ring once, as Tarjan's algorithm finds them. */
const cyclesIn = (imports: readonly Import[]): readonly string[] => {
  const next = Map.groupBy(imports, ({ from }) => from);
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const rings: string[] = [];
  const visit = (file: string): number => {
    const index = order.size;
    order.set(file, index);
    lowest.set(file, index);
    stack.push(file);
    for (const { to } of next.get(file) ?? [])
      if (!order.has(to)) lowest.set(file, Math.min(lowest.get(file) ?? index, visit(to)));
      else if (stack.includes(to))
        lowest.set(file, Math.min(lowest.get(file) ?? index, order.get(to) ?? index));
    if (lowest.get(file) === index) {
      const ring = stack.splice(stack.indexOf(file));
      if (ring.length > 1) rings.push(ring.join(' -> '));
    }
    return lowest.get(file) ?? index;
  };
  for (const file of next.keys()) if (!order.has(file)) visit(file);
  return rings;
};

describe('imports', () => {
  it('are found at all', () => {
    expect(local.length).toBeGreaterThan(200);
    expect(packages.length).toBeGreaterThan(20);
  });

  it('come from parts that have a place in the order', () => {
    const parts = new Set(everything.map(({ from }) => partOf(from)));
    expect([...parts].filter((part) => levelOf(part) === -1)).toEqual([]);
  });

  it('point down: functions, lib/app, lib/slack-app, lib/release, then the parts, then what all stand on', () => {
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

  it.each(Object.keys(rooms))('of %s lie in a room that has a place in the order', (part) => {
    const files = filesUnder(part).filter((file) => roomLevelOf(file) === -1);
    expect(files).toEqual([]);
  });

  it.each(Object.keys(rooms))('point down between the rooms of %s, of types too', (part) => {
    const wrong = local
      .filter(({ from, to }) => partOf(from) === part && partOf(to) === part)
      .filter(({ from, to }) => roomOf(from) !== roomOf(to) && roomLevelOf(to) <= roomLevelOf(from));
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it.each(['lib', 'functions', 'infra', 'bin', 'test'])('of %s form no cycle, of types neither', (top) => {
    expect(cyclesIn(filesUnder(top).flatMap(importsOf))).toEqual([]);
  });

  it.each([
    ['@kubernetes/client-node', ['lib/cluster']],
    ['@aws-sdk/client-kms', ['lib/secrets', 'lib/app']],
    ['@aws-sdk/client-sqs', ['lib/queues', 'lib/app']],
    ['@aws-sdk/client-dynamodb', ['lib/store', 'lib/app']],
    ['@octokit/webhooks', ['lib/sources']],
    ['@aws-lambda-powertools/logger', ['lib/app']],
    ['yaml', ['lib/config', 'lib/manifests', 'lib/cluster', 'lib/yaml']],
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
