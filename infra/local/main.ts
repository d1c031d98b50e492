import path from 'node:path';
import { errorCatalogue } from '../../lib/error-catalogue.ts';
import { TagboatError } from '../../lib/errors.ts';
import { redact } from '../../lib/redact.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { showHints } from './play/hints.ts';
import { showReleases } from './play/live.ts';
import { playRelease } from './play/play.ts';
import { showConfiguration, showStack } from './play/summary.ts';
import { showSlackMessages } from './slack/show.ts';
import { createFileLogger } from './stack/log.ts';
import { startStack } from './stack/stack.ts';
import type { Stack } from './stack/types.ts';
import { createTerminal, type Terminal } from './terminal/terminal.ts';

/** After so many seconds what failed is tried again; in AWS it takes a visibility timeout, minutes. */
const retrySeconds = 5;
/** Whatever still hangs after so many milliseconds is left behind. */
const shutdownMs = 1800;

const run = async (options: Options, terminal: Terminal): Promise<void> => {
  const stop = new AbortController();
  let stack: Stack | undefined;
  let ending: Promise<never> | undefined;
  const end = (code: number): Promise<never> => {
    ending ??= (async () => {
      stop.abort();
      setTimeout(() => process.exit(code), shutdownMs).unref();
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

  const logger = createFileLogger(path.resolve(options.state, 'log.jsonl'), (level, message, fields) => {
    if (stop.signal.aborted) return;
    const paint = level === 'error' ? terminal.style.red : terminal.style.yellow;
    const why = fields.error instanceof Error ? fields.error.message : fields.message;
    const text = redact(typeof why === 'string' ? `${message}: ${why}` : message);
    terminal.line(`  ${paint('!')} ${text.split('\n')[0]} ${terminal.style.dim('(log.jsonl)')}`);
  });
  try {
    stack = await startStack({
      config: options.config === undefined ? { type: 'example' } : { type: 'file', path: options.config },
      stateDirectory: options.state,
      port: options.port,
      env: process.env,
      logger,
      schedules: true,
      retrySeconds,
    });
    if (stop.signal.aborted) return await stack.close();
    showStack(stack, terminal);
    showSlackMessages(stack, terminal);
    if (options.config !== undefined) {
      showConfiguration(stack, terminal);
      await showReleases(stack, terminal);
      return;
    }
    const healthy = await playRelease(stack, terminal, stop.signal);
    if (options.once) return await end(healthy ? 0 : 1);
    // What is still on its way to Slack belongs to the release, and not under the hints.
    await stack.idle({ timeoutMs: 2000 }).catch(() => {});
    await showHints(stack, terminal);
    terminal.line();
    terminal.line(terminal.style.dim('Running. Ctrl-C ends it.'));
    await showReleases(stack, terminal);
  } catch (error) {
    if (stop.signal.aborted) return;
    terminal.clearStatus();
    showError(error, terminal);
    await end(1);
  }
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
