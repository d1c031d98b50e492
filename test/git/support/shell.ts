import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll } from 'vitest';

export type Command = {
  readonly command: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string | undefined;
  readonly input?: Uint8Array | undefined;
};

export type Finished = { readonly status: number; readonly stdout: Buffer; readonly stderr: Buffer };

type Shell = {
  readonly directory: string;
  /** The exit status of a script; several run side by side. */
  readonly run: (script: string) => Promise<number>;
  readonly close: () => Promise<void>;
};

/** Its directory goes with it, at the end of its input at the latest. */
const startShell = (): Shell => {
  const directory = mkdtempSync(join(tmpdir(), 'tagboat-shell-'));
  const child = spawn('sh', ['-s'], { cwd: directory, stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = new Map<string, PromiseWithResolvers<number>>();
  let count = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [id = '', status] = line.split(' ');
    waiting.get(id)?.resolve(Number(status));
    waiting.delete(id);
  });
  const closed = once(child, 'close').then(() => {
    for (const { reject } of waiting.values()) reject(new Error('the shell has ended'));
  });
  child.stdin.write(`trap 'rm -rf "$PWD"' EXIT\ntrap exit HUP INT TERM\n`);
  return {
    directory,
    run: (script) => {
      count += 1;
      const ended = Promise.withResolvers<number>();
      waiting.set(String(count), ended);
      child.stdin.write(`{ ${script}; echo "${count} $?"; } &\n`);
      return ended.promise;
    },
    close: () => {
      child.stdin.end('wait\n');
      return closed;
    },
  };
};

let shell: Shell | undefined;
let commands = 0;

/** Ends what `runCommand` started. */
const closeShell = async (): Promise<void> => {
  const open = shell;
  shell = undefined;
  await open?.close();
};

/** For every file whose tests run commands. */
export const useShell = (): void => {
  afterAll(closeShell);
};

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * Runs a command by way of a shell that stays. To start a process is to copy the page tables of the one that starts it: next to
 * nothing for a shell, and 20 ms and more for a process with hundreds of megabytes of tests.
 */
export const runCommand = async ({ command, env, cwd = '/', input }: Command): Promise<Finished> => {
  shell ??= startShell();
  const { directory, run } = shell;
  commands += 1;
  const file = join(directory, String(commands));
  const [stdin, stdout, stderr] = [`${file}.in`, `${file}.out`, `${file}.err`];
  if (input !== undefined) await writeFile(stdin, input);
  const variables = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [quote(`${name}=${value}`)],
  );
  const program = ['exec env -i', ...variables, ...command.map(quote)].join(' ');
  const status = await run(
    `(cd ${quote(cwd)} && ${program}) <${input === undefined ? '/dev/null' : quote(stdin)} >${quote(stdout)} 2>${quote(stderr)}`,
  );
  const [printed, said] = await Promise.all([readFile(stdout), readFile(stderr)]);
  await Promise.all([stdin, stdout, stderr].map((path) => rm(path, { force: true })));
  return { status, stdout: printed, stderr: said };
};
