import path from 'node:path';
import { errorCatalogue } from '../../lib/error-catalogue.ts';
import { TagboatError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { redact } from '../../lib/redact.ts';
import { callerDirectory, type Options, parseOptions, usage } from './options.ts';
import { showHints } from './play/hints.ts';
import { showReleases } from './play/live.ts';
import { playRelease } from './play/play.ts';
import { showRepeats } from './play/repeats.ts';
import { showConfiguration, showStack, showWebhooks } from './play/summary.ts';
import { isAboutRelease, showSlackMessages } from './slack/show.ts';
import { createFileLogger } from './stack/log.ts';
import { checkConfiguration } from './stack/preflight.ts';
import { startStack } from './stack/stack.ts';
import type { Stack } from './stack/types.ts';
import { explain } from './terminal/explain.ts';
import { createTerminal, type Terminal } from './terminal/terminal.ts';

/** After so many seconds what failed is tried again; in AWS it takes a visibility timeout, minutes. */
const retrySeconds = 5;
/** Whatever still hangs after so many milliseconds is left behind. */
const shutdownMs = 1800;
/** What is still on its way to Slack when a release has ended belongs to it, and is waited for so many milliseconds. */
const lastWordMs = 2000;

const run = async (options: Options, terminal: Terminal): Promise<void> => {
  const stop = new AbortController();
  let starting: Promise<Stack> | undefined;
  let ending: Promise<never> | undefined;
  const end = (code: number): Promise<never> => {
    ending ??= (async () => {
      stop.abort();
      setTimeout(() => process.exit(code), shutdownMs).unref();
      // What is not started yet closes what it opened, and throws.
      const stack = await starting?.catch(() => undefined);
      await stack?.close();
      process.exit(code);
    })();
    return ending;
  };
  // Ending is what was asked for, and no failure; but with --once a release was asked for, and is not healthy.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      terminal.clearStatus();
      end(options.once ? 1 : 0);
    });
  // Started by bin/start.mjs, and that was killed: nobody is left to pass a signal on.
  if (process.connected) process.once('disconnect', () => void end(1));

  try {
    starting = startStack({
      config: options.config === undefined ? { type: 'example' } : { type: 'file', path: options.config },
      stateDirectory: options.state,
      port: options.port,
      env: process.env,
      logger: createLogger(options, terminal, stop.signal),
      schedules: true,
      retrySeconds,
      signal: stop.signal,
    });
    const stack = await starting;
    stop.signal.throwIfAborted();
    const isOwn = options.config !== undefined;
    let isLive = false;
    showStack(stack, terminal, isOwn);
    showSlackMessages(stack, terminal, (message) => isLive && isAboutRelease(message));
    if (isOwn) {
      if (!(await showProblems(stack, terminal))) return await end(1);
      showConfiguration(stack, terminal);
      await showWebhooks(stack, terminal);
    } else {
      const healthy = await playRelease(stack, terminal, stop.signal);
      await stack.idle({ timeoutMs: lastWordMs }).catch(() => {});
      if (options.once) return await end(healthy ? 0 : 1);
      await showHints(stack, terminal);
    }
    await showReleases(stack, terminal);
    isLive = true;
    terminal.line();
    terminal.line(terminal.style.dim('Running. Ctrl-C ends it.'));
  } catch (error) {
    if (stop.signal.aborted) return;
    terminal.clearStatus();
    showError(error, terminal);
    await end(1);
  }
};

/** Everything goes into the log; what somebody should know at once is told in the terminal as well. */
const createLogger = (options: Options, terminal: Terminal, signal: AbortSignal): Logger => {
  const file = path.resolve(options.state, 'log.jsonl');
  const logger = createFileLogger(file, (level, message, fields) => {
    if (signal.aborted) return;
    const paint = level === 'error' ? terminal.style.red : terminal.style.yellow;
    terminal.line(`  ${paint('!')} ${explain(message, fields)} ${terminal.style.dim(`(${file})`)}`);
  });
  return {
    ...logger,
    info: (message, fields = {}) => {
      logger.info(message, fields);
      if (message === 'webhook accepted' && !signal.aborted) showRepeats(fields, terminal);
    },
  };
};

/** @returns false where something has to be mended before the stack can do anything */
const showProblems = async (stack: Stack, { line, style }: Terminal): Promise<boolean> => {
  const problems = await checkConfiguration(stack);
  for (const { severity, slot, message, next } of problems) {
    line(`${severity === 'error' ? style.red('✗') : style.yellow('!')} ${slot}: ${message}`);
    line(`  ${style.dim(next)}`);
  }
  return !problems.some(({ severity }) => severity === 'error');
};

const showError = (error: unknown, { line, style }: Terminal): void => {
  if (error instanceof TagboatError) {
    line(`${style.red('✗')} ${error.message}`);
    line(`  ${errorCatalogue[error.code].next} ${style.dim(`(${error.code})`)}`);
    return;
  }
  line(
    `${style.red('✗')} ${redact(error instanceof Error ? (error.stack ?? error.message) : String(error))}`,
  );
};

const terminal = createTerminal(process.stdout, process.env);
const parsed = parseOptions(process.argv.slice(2), process.env);
// From here on paths are shown as whoever called it would type them.
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
    await run(parsed.options, terminal);
}
