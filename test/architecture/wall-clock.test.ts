import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { wallClockIn } from './wall-clock.ts';

const root = path.resolve(import.meta.dirname, '../..');

const neverAnswers = 'what is asked never answers, so that the bound is reached on every machine';
const realPauses = 'waits for a condition; the pauses between two looks are real';
const realSignature = 'signs, or checks a signature, with the time that the other side looks at, too';

/** What may: a file, a part of the lines, and why. */
const allowed: readonly (readonly [file: string, part: string, reason: string])[] = [
  ['test/agreement/cluster.ts', 'systemClock', 'for a real cluster, where time goes by on its own'],
  ['test/cluster/fail-fast/forced-rollback.test.ts', 'systemClock.sleep', realPauses],
  ['test/local/emulators/slack/stack.test.ts', '...systemClock', realPauses],
  ['test/moto/moto.ts', 'systemClock.sleep', realPauses],
  ['test/cluster/connect/api.test.ts', '{ timeoutMs: 50 }', neverAnswers],
  ['test/registry/client.test.ts', '{ timeoutMs: ', neverAnswers],
  ['test/slack/client.test.ts', 'timeoutMs: 20', neverAnswers],
  [
    'test/integration/permissions.exhaustive.test.ts',
    'systemClock',
    'deliveries are as old as the stack, whose time is real, takes them to be',
  ],
  ['test/integration/bad-input.test.ts', 'Date.now()', realSignature],
  ['test/local/emulators/slack/stand-in.ts', 'Date.now()', realSignature],
  ['test/integration/support/log.ts', 'new Date()', 'says when a line was logged'],
  ['test/support/reporter.ts', 'performance.now()', 'says how long a run took'],
  ['test/support/soak.ts', 'performance.now()', 'says how long a run took'],
];

/** Measured on purpose (benchmarks), or on bundles and real clusters, whose time nothing here can hand in. */
const isElsewhere = (name: string): boolean =>
  /^test\/(?:bench|packaging)\/|^test\/realcluster\/(?:[^/]+\.test|harness|argo)\.ts$/.test(name);

const files = ['test', 'infra/local/emulators/cluster/test'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/')))
    .filter((name) => name.endsWith('.ts') && !isElsewhere(name)),
);

const offences = files.flatMap((file) =>
  wallClockIn(readFileSync(path.join(root, file), 'utf8')).map((line) => ({ file, line })),
);

describe('tests wait for events and conditions, and hand in the clock', () => {
  it('no test sleeps, none measures time, and none has a bound that a slow machine may reach', () => {
    const refused = offences.filter(
      ({ file, line }) => !allowed.some(([name, part]) => name === file && line.includes(part)),
    );
    expect(refused.map(({ file, line }) => `${file}:${line}`)).toEqual([]);
  });

  it('every exception is still one', () => {
    const outdated = allowed.filter(
      ([name, part]) => !offences.some(({ file, line }) => file === name && line.includes(part)),
    );
    expect(outdated).toEqual([]);
  });

  it.each([
    'await new Promise((resolve) => setTimeout(resolve, 50));',
    "import { setTimeout as delay } from 'node:timers/promises';",
    "const { scheduler } = await import('timers/promises');",
    'await systemClock.sleep(50);',
    'const { sleep } = systemClock;',
    "import { systemClock as clock } from '../lib/clock.ts';",
    'const clock = { ...systemClock, now: () => 0 };',
    'run({ clock: given ?? systemClock });',
    'Atomics.wait(cell, 0, 0, 50);',
    'expect(performance.now() - began).toBeLessThan(500);',
    'const until = Date.now() + 50;',
    'if (deadline < Date.now()) stop();',
    'const began = Date.now();\nawait work();\nconst ended = Date.now();\nexpect(ended - began).toBeLessThan(500);',
    'const { now } = Date;',
    'expect(new Date().getTime() - began).toBeLessThan(500);',
    'expect(+new Date - began).toBeLessThan(500);',
    'await expect.poll(output, { timeout: 5000 }).toBe(1);',
    'await expect.poll(() => x.length, { timeout: 5000 }).toBe(1);',
    'await expect.poll(\n  () => x.length,\n  {\n    timeout: 5_000,\n  },\n).toBe(1);',
    'await expect.poll(() => x.length, { interval: 10, timeout: shortly }).toBe(1);',
    'await expect.poll(() => x.length, options).toBe(1);',
    'await vi.waitFor(fn);',
    'await vi.waitFor(() => isThere(), 500);',
    'await vi.waitUntil(() => isThere(), { timeout: 5 * 1000 });',
    'await vi.waitFor(fn, { interval: 10 });',
    'const { waitFor } = vi;',
    'vi.setConfig({ testTimeout });',
    'fetch(url, { signal: AbortSignal.timeout(50) });',
    "it('x', async () => {\n  await work();\n}, 5_000);",
    "it.each([1, 2])('x %i', async () => {}, 500);",
    "it('x', { timeout: 5000 }, async () => {});",
    "describe.concurrent('x', { timeout: 5000 } as const, () => {});",
    'beforeEach(async () => {}, 1000);',
    'await stack.idle({ timeoutMs: 500 });',
    'const options = { timeout: 500 };',
    'export default { test: { testTimeout: 5_000, hookTimeout: 5_000 } };',
  ])('refuses: %s', (text) => {
    expect(wallClockIn(text)).not.toEqual([]);
  });

  it.each([
    'await expect.poll(() => x.length).toBe(1);',
    'await expect.poll(() => x.length, { interval: 10 }).toBe(1);',
    'await expect.poll(() => x.length, { timeout: 4 * hangMs }).toBe(1);',
    'await vi.waitFor(fn, { timeout: 300_000 });',
    'await vi.waitUntil(fn, hangMs);',
    "it('x', async () => {}, 1_800_000);",
    "it('x', { timeout: 300_000 }, async () => {});",
    "it.each([1, 2])('x %i', async () => {});",
    'await stack.idle({ timeoutMs: 300_000 });',
    'const sum = numbers.reduce((all, one) => {\n  return all + one;\n}, 0);',
    "import { type Clock, systemClock } from '../lib/clock.ts';\ncreateTimeLeft(systemClock);",
    'await clock.sleep(1_000);',
    'const clock = manualClock();\nexpect(clock.now() - began).toBe(1_000);',
    "const at = new Date('2026-11-23T10:00:00Z').getTime() - Date.parse(before);",
    'const text = `spec: { timeout: 10 }`;',
    "const environment = { files: ['a.yml'], timeout: 300 };",
    "const app = { timeout: '10m', imageTimeout: '1s' };",
    'const probe = { timeoutSeconds: 1 };',
    "run('node', '-e', 'x', '--timeout=1s'); // setTimeout, Date.now() and { timeout: 5 } are words here",
    'type Options = { readonly timeout: 5_000 };',
  ])('allows: %s', (text) => {
    expect(wallClockIn(text)).toEqual([]);
  });
});
