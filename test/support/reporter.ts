import path from 'node:path';
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule, TestSpecification, Vitest } from 'vitest/node';

const thousands = (count: number): string => count.toLocaleString('en');

/** `2 min 40 s`, `8 s` */
export const duration = (milliseconds: number): string => {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
};

/** What is typed to run one test again, in the same order and with the same made-up values. */
export const againLine = (seed: number, file: string, name: string): string => {
  const pattern = name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll("'", '.');
  return `${againFile(seed, file)} -t '^${pattern}$'`;
};

/** The same for all tests of a file. */
export const againFile = (seed: number, file: string): string =>
  `TEST_SEED=${seed} ${file.includes('.exhaustive.') ? 'npm run exhaustive' : 'npm test'} -- ${file}`;

/** `1 failed, 4,162 passed, 3 skipped in 2 min 40 s` */
export const summary = (
  counts: { readonly failed: number; readonly passed: number; readonly skipped: number },
  milliseconds: number,
): string => {
  const parts = [
    counts.failed > 0 ? `${thousands(counts.failed)} failed` : undefined,
    `${thousands(counts.passed)} passed`,
    counts.skipped > 0 ? `${thousands(counts.skipped)} skipped` : undefined,
  ];
  return `${parts.filter((part) => part !== undefined).join(', ')} in ${duration(milliseconds)}`;
};

/** How often it says how far it is where the output is no terminal: each tenth of the files, and as many milliseconds. */
const lineEvery = { share: 0.1, ms: 15_000 };

/**
 * Shows how far a run is, every failing test at once and with the line that runs it again, and one line at the end.
 * @param write where to; `isTerminal` where a line can be written over
 */
export const createReporter = (
  write: (text: string) => void = (text) => process.stdout.write(text),
  isTerminal = process.stdout.isTTY === true,
  now: () => number = () => performance.now(),
): Reporter => {
  const began = now();
  const counts = { failed: 0, passed: 0, skipped: 0 };
  let vitest: Vitest;
  let files = 0;
  let ended = 0;
  let said = { ended: 0, at: began };

  const clear = (): void => {
    if (isTerminal) write('\r\u001b[K');
  };
  const progress = (): void => {
    const total = counts.failed + counts.passed + counts.skipped;
    const text = `${ended} of ${files} files, ${thousands(total)} tests${counts.failed > 0 ? `, ${counts.failed} failed` : ''}, ${duration(now() - began)}`;
    if (isTerminal) {
      write(`\r\u001b[K${text}`);
      return;
    }
    const isDue = ended >= said.ended + files * lineEvery.share || now() >= said.at + lineEvery.ms;
    if (ended < files && !isDue) return;
    said = { ended, at: now() };
    write(`${text}\n`);
  };
  const fileOf = (module: TestModule): string =>
    path.relative(vitest.config.root, module.moduleId).replaceAll(path.sep, '/');
  const explain = (errors: readonly SerializedError[], module?: TestModule): void => {
    for (const error of errors)
      vitest.logger.printError(error, module === undefined ? {} : { project: module.project });
  };

  return {
    onInit: (context) => {
      vitest = context;
    },
    onTestRunStart: (specifications: readonly TestSpecification[]) => {
      files = specifications.length;
      write(`${files} files, seed ${vitest.config.sequence.seed}\n`);
    },
    // What a test prints is for the person who looks for its fault.
    onUserConsoleLog: ({ content }) => {
      clear();
      write(content);
    },
    onTestCaseResult: (test: TestCase) => {
      const { state, errors } = test.result();
      if (state !== 'pending') counts[state] += 1;
      if (state !== 'failed') return progress();
      clear();
      const file = fileOf(test.module);
      write(`\n✗ ${file} > ${test.fullName}\n`);
      explain(errors ?? [], test.module);
      write(`  again: ${againLine(vitest.config.sequence.seed, file, test.fullName)}\n\n`);
    },
    onTestModuleEnd: (module: TestModule) => {
      ended += 1;
      const errors = module.errors();
      const suites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
      if (errors.length > 0 || suites.length > 0) {
        clear();
        const file = fileOf(module);
        write(`\n✗ ${file}\n`);
        explain([...errors, ...suites.flatMap((suite) => [...suite.errors()])], module);
        write(`  again: ${againFile(vitest.config.sequence.seed, file)}\n\n`);
        counts.failed += 1;
      }
      progress();
    },
    onTestRunEnd: (_modules, unhandled) => {
      clear();
      if (unhandled.length > 0) {
        write('\n✗ errors outside of any test\n');
        explain(unhandled);
        counts.failed += unhandled.length;
      }
      write(`${summary(counts, now() - began)}\n`);
    },
  };
};
