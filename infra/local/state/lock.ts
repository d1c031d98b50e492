import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { TagboatError } from '../../../lib/errors.ts';
import { mapping } from '../../../lib/mapping.ts';
import { atExit } from './at-exit.ts';
import type { StateDirectory } from './directory.ts';
import { readStackFile } from './stack-file.ts';

/** Locks that this very process holds: its own id in a file may also be left by one that had the same id. */
const held = new Set<string>();

/**
 * Takes the state directory for this process, before anything in it is touched. A lock that a dead process left is taken
 * over.
 * @throws TagboatError `local-state-busy`, which names the process that has it
 * @returns a function that gives it back, where it is still ours
 */
export const lockState = (state: StateDirectory): (() => void) => {
  const file = state.file('lock');
  const text = `${JSON.stringify({ pid: process.pid, started: startOf(process.pid) })}\n`;
  if (!create(file, text)) {
    const other = read(file);
    if (other !== undefined && isAlive(file, other)) throw busy(state, other.pid);
    if (!takeAway(file, other?.text) || !create(file, text)) throw busy(state, read(file)?.pid);
  }
  held.add(file);
  return atExit(() => {
    held.delete(file);
    if (read(file)?.text === text) rmSync(file, { force: true });
  });
};

const create = (file: string, text: string): boolean => {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
};

type Lock = { readonly pid: number; readonly started: string | undefined; readonly text: string };

/** Undefined where there is none, or its owner cannot be told. */
const read = (file: string): Lock | undefined => {
  try {
    const text = readFileSync(file, 'utf8');
    const { pid, started } = mapping(JSON.parse(text));
    if (typeof pid !== 'number') return undefined;
    return { pid, started: typeof started === 'string' ? started : undefined, text };
  } catch {
    return undefined;
  }
};

const isAlive = (file: string, { pid, started }: Lock): boolean => {
  if (pid === process.pid) return held.has(file);
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and another user's.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const now = startOf(pid);
  return started === undefined || now === undefined || started === now;
};

/**
 * When a process started, in ticks since the machine did: tells it from a later one with the same id. Undefined but on
 * Linux. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (field 22)
 */
const startOf = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may hold anything; behind it come fields 3 and on.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
};

/** Removes a dead lock, and only that one. @returns false where another process was quicker */
const takeAway = (file: string, text: string | undefined): boolean => {
  const mine = `${file}.${process.pid}`;
  try {
    renameSync(file, mine);
  } catch {
    return true; // gone already
  }
  const isRight = read(mine)?.text === text;
  // Between looking and renaming, another process took the dead lock over: this is its living one.
  if (!isRight) linkSync(mine, file);
  rmSync(mine, { force: true, recursive: true });
  return isRight;
};

const busy = (state: StateDirectory, pid: number | undefined): TagboatError => {
  const url = readStackFile(state.path)?.url;
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  const where = url === undefined ? 'is starting' : `runs at ${url}`;
  const stop = pid === undefined ? '' : `; to end it: kill ${pid}`;
  return new TagboatError(
    'local-state-busy',
    `a local stack (${who}) ${where} with the state in ${state.path}${stop}`,
  );
};
