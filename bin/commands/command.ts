import type { Clock } from '../../lib/clock.ts';
import { TagboatError } from '../../lib/errors.ts';

/** What a subcommand may touch of the process it runs in. */
export type CommandIo = {
  readonly stdin: AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean | undefined };
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The system's where absent. */
  readonly clock?: Clock;
};

/** @returns the exit code: 0 well, 1 something is wrong, 2 the command is not understood */
export type Command = (args: readonly string[], io: CommandIo) => Promise<number>;

export const exitCodes = { well: 0, wrong: 1, usage: 2 } as const;

/** Thrown by `node:util` parseArgs for options it does not know. */
const isUsageError = (error: unknown): error is Error =>
  error instanceof Error && String(Object(error).code).startsWith('ERR_PARSE_ARGS_');

/** Runs a command and tells on stderr what went wrong, and what to do about it. What is not ours is thrown on. */
export const reporting =
  (usage: string, command: Command): Command =>
  async (args, io) => {
    if (args.includes('--help') || args.includes('-h')) {
      io.stderr.write(usage);
      return exitCodes.well;
    }
    try {
      return await command(args, io);
    } catch (error) {
      if (isUsageError(error)) {
        io.stderr.write(`${error.message}\n\n${usage}`);
        return exitCodes.usage;
      }
      if (!(error instanceof TagboatError)) throw error;
      io.stderr.write(`${error.message}\n${error.retry === 'retryable' ? 'Try again.' : error.next}\n`);
      return exitCodes.wrong;
    }
  };
