import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Options } from '../../../infra/local/options.ts';
import { startRun } from '../../../infra/local/run.ts';
import { createTerminal } from '../../../infra/local/terminal/terminal.ts';

const project = path.resolve(import.meta.dirname, '../../..');

/** A directory for one test. */
export const temporaryDirectory = (): string => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'tagboat-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

/** What is written, and waits for words in it. */
export const watchOutput = () => {
  let output = '';
  let hasEnded = false;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const look of waiting) look();
  };
  return {
    text: () => output,
    write: (chunk: string) => {
      output += chunk;
      wake();
    },
    /** Nothing more will come. */
    end: () => {
      hasEnded = true;
      wake();
    },
    /** Resolves when that is written. @throws Error with all of it where it ends before */
    has: (words: string | RegExp): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const isThere = typeof words === 'string' ? output.includes(words) : words.test(output);
          if (!isThere && !hasEnded) return;
          waiting.delete(look);
          if (isThere) resolve();
          else reject(new Error(`it ended without ${words}:\n${output}`));
        };
        waiting.add(look);
        look();
      }),
  };
};

/** Where a person finds it: what a program wrote, and the log in its state. */
const show = (program: string, output: string, state: string | undefined): void => {
  process.stderr.write(`${program} wrote:\n${output}\n`);
  const log = state === undefined ? '' : path.join(state, 'log.jsonl');
  if (existsSync(log)) process.stderr.write(`${log}:\n${readFileSync(log, 'utf8')}\n`);
};

/** Without what would put other services in the place of the embedded ones. */
export const ownEnvironment = (): NodeJS.ProcessEnv => {
  const { KUBECONFIG: _, AWS_ENDPOINT_URL: __, FORCE_COLOR: ___, ...env } = process.env;
  return env;
};

/** Runs one of the launchers as npm does. Where the test fails, what it wrote and the log in its state are shown. */
export const launch = (script: string, args: readonly string[], state?: string) => {
  const child = spawn(process.execPath, [path.join(project, 'bin', script), ...args], {
    env: ownEnvironment(),
    cwd: project,
  });
  const output = watchOutput();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => output.write(chunk));
  // `close`, not `exit`: nothing that it started holds its output any more.
  const exit = new Promise<number | null>((resolve) =>
    child.on('close', (code) => {
      output.end();
      resolve(code);
    }),
  );
  onTestFinished(async ({ task }) => {
    child.kill('SIGTERM');
    await exit;
    if (task.result?.state === 'fail') show(`${script} ${args.join(' ')}`, output.text(), state);
  });
  return { exit, output: output.text, has: output.has, kill: (signal: NodeJS.Signals) => child.kill(signal) };
};

/**
 * Runs `npm start` in this process: it takes the stack and the terminal, and no signals. Where the test fails, what it wrote
 * and its log are shown.
 */
export const runHere = (options: Partial<Options>, env: Readonly<Record<string, string>> = {}) => {
  const output = watchOutput();
  const state = options.state ?? temporaryDirectory();
  let code: number | undefined;
  const run = startRun(
    { port: 0, config: undefined, once: false, ...options, state },
    createTerminal({ write: output.write }, env),
    {
      env,
      exit: (given) => {
        code ??= given;
        output.end();
      },
    },
  );
  onTestFinished(async ({ task }) => {
    await run.end(1);
    if (task.result?.state === 'fail') show('npm start', output.text(), state);
  });
  return {
    state,
    output: output.text,
    has: output.has,
    end: run.end,
    /** Its exit code, when everything is closed. */
    exit: async (): Promise<number | undefined> => {
      await run.ended;
      return code;
    },
  };
};
