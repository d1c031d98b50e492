#!/usr/bin/env node
// `npm run soak -- N [--busy K] [-- vitest's arguments]`: the tests N times, each in another order and with other made-up
// values, with K busy loops beside them. Says which test failed how often, and with which seeds.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { childEnvironment, findNode, install, project } from './setup.mjs';

const usage = 'Usage: npm run soak -- N [--busy K] [-- arguments for vitest]\n';
const args = process.argv.slice(2);
const split = args.includes('--') ? args.indexOf('--') : args.length;
const fail = (text) => {
  process.stderr.write(`${text}\n${usage}`);
  process.exit(2);
};
const read = () => {
  try {
    const { positionals, values } = parseArgs({
      args: args.slice(0, split),
      allowPositionals: true,
      options: { busy: { type: 'string', default: '0' } },
    });
    return { runs: Number(positionals[0]), busy: Number(values.busy), others: positionals.length - 1 };
  } catch (error) {
    return fail(error.message);
  }
};
const { runs, busy, others } = read();
if (!Number.isInteger(runs) || runs < 1 || others > 0) fail('How often?');
if (!Number.isInteger(busy) || busy < 0) fail('How many busy loops?');
install();

const node = findNode();
const children = new Set();
const start = (argv, options) => {
  const child = spawn(node, argv, { cwd: project, ...options });
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
};
const endAll = () => {
  for (const child of children) child.kill('SIGKILL');
};
process.on('exit', endAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

/** CPU seconds of the children that have ended, and of theirs; undefined where there is no /proc. */
const childrenCpu = () => {
  if (!existsSync('/proc/self/stat')) return undefined;
  // Fields 16 and 17, in clock ticks of a hundredth of a second: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
};
const minutes = (seconds) =>
  seconds === undefined ? '?' : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;

/** The names of the tests that failed, from vitest's JSON, and into `said` why; undefined where it wrote none. */
const readResults = (file, said) => {
  if (!existsSync(file)) return undefined;
  const { testResults, numPassedTests } = JSON.parse(readFileSync(file, 'utf8'));
  const failed = testResults.flatMap(({ name, status, assertionResults }) => {
    const where = path.relative(project, name);
    const tests = assertionResults.filter((test) => test.status === 'failed');
    for (const { failureMessages } of tests) said.push(...failureMessages);
    return tests.length === 0 && status === 'failed'
      ? [where]
      : tests.map(({ fullName }) => `${where} > ${fullName}`);
  });
  return { failed, passed: numPassedTests };
};

const vitest = path.join(project, 'node_modules', 'vitest', 'vitest.mjs');
const directory = mkdtempSync(path.join(os.tmpdir(), 'tagboat-soak-'));
const failures = new Map();
let bad = 0;
for (let run = 1; run <= runs; run += 1) {
  const seed = 1 + Math.floor(Math.random() * 999_999);
  const file = path.join(directory, `${run}.json`);
  const [began, cpuBefore] = [performance.now(), childrenCpu()];
  const loops = Array.from({ length: busy }, () => start(['-e', 'for(;;);'], { stdio: 'ignore' }));
  const child = start([vitest, 'run', '--reporter=json', `--outputFile=${file}`, ...args.slice(split + 1)], {
    env: { ...childEnvironment(node), TEST_SEED: String(seed) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let printed = '';
  child.stderr.on('data', (chunk) => {
    printed = (printed + chunk).slice(-20_000);
  });
  const [code] = await once(child, 'close');
  const cpu = cpuBefore === undefined ? undefined : childrenCpu() - cpuBefore;
  for (const loop of loops) {
    const gone = once(loop, 'exit');
    loop.kill('SIGKILL');
    await gone;
  }
  const said = [];
  const results = readResults(file, said);
  const failed = results === undefined ? ['no result: vitest ended early'] : results.failed;
  if (failed.length === 0 && code !== 0) failed.push('an error outside of any test');
  for (const name of failed) failures.set(name, [...(failures.get(name) ?? []), seed]);
  if (failed.length > 0) bad += 1;
  process.stdout.write(
    `run ${run} of ${runs}, seed ${seed}, ${busy} busy: ${failed.length} failed, ${results?.passed ?? 0} passed, ` +
      `${minutes((performance.now() - began) / 1000)}, CPU ${minutes(cpu)}\n`,
  );
  for (const name of failed) process.stdout.write(`  ✗ ${name}\n`);
  for (const message of said) process.stdout.write(`${message.replace(/^/gm, '      ')}\n`);
  if (failed.length > 0 && said.length === 0) process.stdout.write(`${printed}\n`);
}
rmSync(directory, { recursive: true, force: true });

if (failures.size > 0) process.stdout.write('\nfailed how often:\n');
for (const [name, seeds] of [...failures].sort(([, a], [, b]) => b.length - a.length))
  process.stdout.write(`  ${seeds.length} of ${runs}  ${name}  (seeds ${seeds.join(', ')})\n`);
process.stdout.write(`\n${runs - bad} of ${runs} runs green\n`);
process.exit(bad === 0 ? 0 : 1);
