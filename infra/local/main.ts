import { callerDirectory, type Options, parseOptions, usage } from './options.ts';
import type { Run } from './run.ts';
import { createTerminal } from './terminal/terminal.ts';

const start = async (options: Options): Promise<void> => {
  let run: Run | undefined;
  // While the modules are loaded there is nothing to close.
  const end = (code: number): void => void (run === undefined ? process.exit(code) : run.end(code));
  // Ending is what was asked for, and no failure; but with --once a release was asked for, and is not healthy.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(options.once ? 1 : 0));
  // Started by bin/start.mjs, and that was killed: nothing is left to pass a signal on.
  if (process.connected === false) end(1);
  if (process.connected) process.once('disconnect', () => end(1));
  // Most of Tagboat, which help and a mistyped option can do without.
  const { startRun } = await import('./run.ts');
  run = startRun(options, createTerminal(process.stdout, process.env), process);
};

const parsed = parseOptions(process.argv.slice(2), process.env);
// From here on paths are shown as the caller would type them.
process.chdir(callerDirectory(process.env));
switch (parsed.type) {
  case 'help':
    process.stdout.write(usage);
    break;
  case 'wrong':
    process.stderr.write(`${parsed.message}\n\n${usage}`);
    process.exitCode = 1;
    break;
  case 'run':
    await start(parsed.options);
}
