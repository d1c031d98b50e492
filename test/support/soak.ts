// Runs the tests N times, each in another order and with other made-up values, beside K busy loops. Says which test
// failed how often, and how each failure is run again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { againFile, againLine, duration } from './reporter.ts';

const usage =
  'Usage: npm run soak -- N [--busy K] [-- arguments for vitest], as in: npm run soak -- 10 --busy 2\n';
const project = path.resolve(import.meta.dirname, '../..');

type Options = { readonly runs: number; readonly busy: number; readonly vitest: readonly string[] };

/** @throws Error that says what is wrong */
const parseOptions = (args: readonly string[]): Options => {
  const split = args.includes('--') ? args.indexOf('--') : args.length;
  const { positionals, values } = parseArgs({
    args: args.slice(0, split),
    allowPositionals: true,
    options: { busy: { type: 'string', default: '0' } },
  });
  const [runs, busy] = [Number(positionals[0]), Number(values.busy)];
  if (positionals.length !== 1 || !Number.isInteger(runs) || runs < 1)
    throw new Error('N says how often: a whole number from 1');
  if (!Number.isInteger(busy) || busy < 0)
    throw new Error('K says how many busy loops: a whole number from 0');
  return { runs, busy, vitest: args.slice(split + 1) };
};

/** Milliseconds of CPU of the children that have ended, and of theirs; undefined where there is no /proc. */
const childrenCpu = (): number | undefined => {
  if (!existsSync('/proc/self/stat')) return undefined;
  // Fields 16 and 17, in clock ticks of a hundredth of a second: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) * 10;
};

type Failure = { readonly name: string; readonly said: string; readonly again?: string };

/** What is read of vitest's JSON. */
type Report = {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
};

const failuresOf = ({ testResults }: Report, seed: number): readonly Failure[] =>
  testResults.flatMap(({ name, status, message, assertionResults }): readonly Failure[] => {
    const file = path.relative(project, name);
    const tests = assertionResults.filter((test) => test.status === 'failed');
    if (tests.length === 0 && status === 'failed')
      return [{ name: file, said: message, again: againFile(seed, file) }];
    return tests.map(({ ancestorTitles, title, failureMessages }) => {
      const fullName = [...ancestorTitles, title].join(' > ');
      const said = failureMessages.join('\n');
      return { name: `${file} > ${fullName}`, said, again: againLine(seed, file, fullName) };
    });
  });

const directory = mkdtempSync(path.join(os.tmpdir(), 'tagboat-soak-'));
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
process.once('disconnect', () => process.exit(1));

const start = (args: readonly string[], env: NodeJS.ProcessEnv = process.env): ChildProcess => {
  const child = spawn(process.execPath, args, { cwd: project, env, stdio: ['ignore', 'ignore', 'pipe'] });
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
};

const runOnce = async ({ busy, vitest }: Options, seed: number) => {
  const file = path.join(directory, `${seed}.json`);
  const [began, cpuBefore] = [performance.now(), childrenCpu()];
  const loops = Array.from({ length: busy }, () => start(['-e', 'for(;;);']));
  const program = path.join(project, 'node_modules', 'vitest', 'vitest.mjs');
  const child = start([program, 'run', '--reporter=json', `--outputFile=${file}`, ...vitest], {
    ...process.env,
    TEST_SEED: String(seed),
  });
  let printed = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    printed = (printed + chunk).slice(-20_000);
  });
  const [code] = await once(child, 'close');
  const cpuAfter = childrenCpu();
  for (const loop of loops) {
    const gone = once(loop, 'exit');
    loop.kill('SIGKILL');
    await gone;
  }
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : undefined;
  const failures = [...(report === undefined ? [] : failuresOf(report, seed))];
  if (report === undefined) failures.push({ name: 'no result: vitest ended early', said: printed });
  else if (failures.length === 0 && code !== 0)
    failures.push({ name: 'an error outside of any test', said: printed });
  return {
    failures,
    passed: report?.numPassedTests ?? 0,
    took: performance.now() - began,
    cpu: cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore,
  };
};

const soak = async (options: Options): Promise<boolean> => {
  const { runs, busy } = options;
  const seedsOf = new Map<string, readonly number[]>();
  let green = 0;
  for (let run = 1; run <= runs; run += 1) {
    const seed = 1 + Math.floor(Math.random() * 999_999);
    const { failures, passed, took, cpu } = await runOnce(options, seed);
    if (failures.length === 0) green += 1;
    process.stdout.write(
      `run ${run} of ${runs}, seed ${seed}, ${busy} busy: ${failures.length} failed, ${passed} passed, ` +
        `${duration(took)}, CPU ${cpu === undefined ? 'unknown' : duration(cpu)}\n`,
    );
    for (const { name, said, again } of failures) {
      seedsOf.set(name, [...(seedsOf.get(name) ?? []), seed]);
      process.stdout.write(`  ✗ ${name}\n${said.replace(/^/gm, '      ')}\n`);
      if (again !== undefined) process.stdout.write(`  again: ${again}\n`);
    }
  }
  if (seedsOf.size > 0) process.stdout.write('\nfailed how often:\n');
  for (const [name, seeds] of [...seedsOf].sort(([, a], [, b]) => b.length - a.length))
    process.stdout.write(`  ${seeds.length} of ${runs}  ${name}  (seeds ${seeds.join(', ')})\n`);
  process.stdout.write(`\n${green} of ${runs} runs green\n`);
  return green === runs;
};

let options: Options | undefined;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n${usage}`);
}
process.exit(options === undefined ? 2 : (await soak(options)) ? 0 : 1);
