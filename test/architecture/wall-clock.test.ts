import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** What makes a test depend on how fast its machine is: sleeping, and measuring or comparing the time that passed. */
const refused: readonly RegExp[] = [
  /\bset(?:Timeout|Interval)\b/,
  /\btimers\/promises\b/,
  /\bperformance\.now\b/,
  /\bhrtime\b/,
  /\bDate\.now\(\) *[-+*<>]/,
  /[-+<>] *Date\.now\(\)/,
  /\bsystemClock\.sleep\b/,
  // A bound of its own on a wait: those of the configuration are reached by a hang alone.
  /\b(?:poll|waitFor|waitUntil)\([^)]*\{[^}]*\btimeout:/,
];

/** Files that may, and why. */
const allowed: Readonly<Record<string, string>> = {
  'test/architecture/wall-clock.test.ts': 'names what it refuses',
  'test/support/reporter.ts': 'says how long a run took, and asserts nothing',
  'test/agreement/cluster.ts':
    'also runs on a real cluster, whose time is ours, and where the poller shall look often',
  'test/cluster/unstick.test.ts':
    'its clock stands still; the pauses between two looks at the server are real',
  'test/moto/moto.ts': 'asks a server in a process of its own whether it listens already',
  'test/local/registry/rig.ts': 'a clock that is ahead of the real one by as much as a test says',
};

/** Measured on purpose (benchmarks), or on a real cluster and bundles, whose time nothing here can hand in. */
const elsewhere = ['test/bench', 'test/realcluster', 'test/packaging'];

const files = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .map((name) => path.posix.join('test', name.replaceAll(path.sep, '/')))
  .filter((name) => name.endsWith('.ts') && !elsewhere.some((folder) => name.startsWith(`${folder}/`)));

const offences = (name: string): readonly string[] =>
  readFileSync(path.join(root, name), 'utf8')
    .split('\n')
    .flatMap((line, index) =>
      refused.some((pattern) => pattern.test(line)) ? [`${name}:${index + 1}: ${line.trim()}`] : [],
    );

describe('tests wait for events and conditions, and hand in the clock', () => {
  it('no test sleeps, and none measures time', () => {
    expect(files.filter((name) => !Object.hasOwn(allowed, name)).flatMap(offences)).toEqual([]);
  });

  it('every exception is still one', () => {
    expect(Object.keys(allowed).filter((name) => offences(name).length === 0)).toEqual([]);
  });

  it.each([
    'await new Promise((resolve) => setTimeout(resolve, 50));',
    "import { setTimeout as delay } from 'node:timers/promises';",
    'expect(performance.now() - began).toBeLessThan(500);',
    'const until = Date.now() + 50;',
    'if (deadline < Date.now()) return;',
    'await expect.poll(output, { timeout: 5000 }).toBe(1);',
  ])('refuses: %s', (line) => {
    expect(refused.some((pattern) => pattern.test(line))).toBe(true);
  });
});
