import path from 'node:path';
import { parseConfig } from '../../lib/config/load.ts';
import { errorCatalogue } from '../../lib/error-catalogue.ts';
import { TagboatError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { safeText } from '../../lib/safe-text.ts';
import type { Environment } from './emulators/aws/endpoints.ts';
import type { Options } from './options.ts';
import { showHints } from './play/hints.ts';
import { playRelease } from './play/play.ts';
import { sampleReleases } from './play/sample.ts';
import { createBackgroundLines } from './play/show-background.ts';
import { showReleases, showRepeats } from './play/show-releases.ts';
import { isAboutRelease, showSlackMessages } from './play/show-slack-messages.ts';
import { showAgentSwitch, showSynced } from './play/show-synced.ts';
import { showConfiguration, showSamples, showStack, showWebhooks } from './play/summary.ts';
import { checkConfiguration } from './stack/preflight.ts';
import { startStack } from './stack/stack.ts';
import type { Stack } from './stack/types.ts';
import { watchConfig } from './stack/watch-config.ts';
import { createFileLogger } from './state/log.ts';
import { explain } from './terminal/explain.ts';
import { shortPath } from './terminal/format.ts';
import type { Terminal } from './terminal/terminal.ts';

/** After so many seconds what failed is tried again; in AWS it takes a visibility timeout, minutes. */
const retrySeconds = 5;
/** Whatever still hangs after so many milliseconds is left behind. */
const shutdownMs = 1800;
/** What is still on its way to Slack when a release has ended belongs to it, and is waited for so many milliseconds. */
const lastWordMs = 2000;

/** What a run takes of the process it lives in. */
export type Host = {
  readonly env: Environment;
  exit(code: number): void;
};

export type Run = {
  /** Closes what is open and ends the process with that code; the first call counts. */
  end(code: number): Promise<void>;
  /** Resolves when everything is closed, for whatever reason it ended. */
  readonly ended: Promise<void>;
};

/** Starts the stack and shows in the terminal what happens there, until it is told to end. */
export const startRun = (options: Options, terminal: Terminal, host: Host): Run => {
  const stop = new AbortController();
  const background = createBackgroundLines(terminal);
  let stopShowing = () => {};
  let stopWatching = () => {};
  const start = async (): Promise<Stack> =>
    startStack({
      config: options.config === undefined ? { type: 'example' } : { type: 'file', path: options.config },
      stateDirectory: options.state,
      port: options.port,
      env: host.env,
      logger: createLogger(options, terminal, background, stop.signal),
      schedules: true,
      retrySeconds,
      signal: stop.signal,
    });
  const starting = start();
  const closed = Promise.withResolvers<void>();
  let ending: Promise<void> | undefined;
  const end = (code: number): Promise<void> => {
    ending ??= (async () => {
      terminal.clearStatus();
      stop.abort();
      const patience = setTimeout(() => host.exit(code), shutdownMs).unref();
      stopShowing();
      stopWatching();
      // What is not started yet closes what it opened, and throws.
      const stack = await starting.catch(() => undefined);
      await stack?.close();
      clearTimeout(patience);
      host.exit(code);
      closed.resolve();
    })();
    return ending;
  };

  const run = async (): Promise<void> => {
    const stack = await starting;
    stop.signal.throwIfAborted();
    const isOwn = options.config !== undefined;
    let isLive = false;
    showStack(stack, terminal, isOwn);
    showSlackMessages(stack, terminal, (message) => isLive && isAboutRelease(message));
    if (isOwn) {
      if (!(await showProblems(stack, terminal))) return end(1);
      await introduce(stack, terminal, stop.signal);
    } else {
      const healthy = await playRelease(stack, terminal, stop.signal);
      await stack.idle({ timeoutMs: lastWordMs }).catch(() => {});
      if (options.once) return end(healthy ? 0 : 1);
      await showHints(stack, terminal);
    }
    stopShowing = await showReleases(stack, terminal);
    if (options.config !== undefined) stopWatching = showChanges(options.config, terminal);
    stop.signal.throwIfAborted();
    isLive = true;
    terminal.line();
    background.release();
    terminal.line(terminal.style.dim('Running. Ctrl-C ends it.'));
  };
  run().catch((error: unknown) => {
    if (stop.signal.aborted) return stopShowing();
    terminal.clearStatus();
    showError(error, terminal);
    return end(1);
  });
  return { end, ended: closed.promise };
};

/** Brings the cluster to what the user's own config repos say, and shows what there is to try. */
const introduce = async (stack: Stack, terminal: Terminal, signal: AbortSignal): Promise<void> => {
  showConfiguration(stack, terminal);
  terminal.status(terminal.style.dim('  bringing the cluster to what the config repos say …'));
  const synced = await stack.gitops.start();
  signal.throwIfAborted();
  terminal.clearStatus();
  showSynced(synced, terminal);
  showAgentSwitch(stack, terminal);
  showWebhooks(stack, terminal);
  showSamples(stack, await sampleReleases(stack, synced), terminal);
};

/** Everything goes into the log; what a person should know at once is told in the terminal as well. */
const createLogger = (
  options: Options,
  terminal: Terminal,
  background: ReturnType<typeof createBackgroundLines>,
  signal: AbortSignal,
): Logger => {
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
      if (signal.aborted) return;
      if (message === 'webhook accepted') showRepeats(fields, terminal);
      background.logged(message, fields);
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

/** Says of an edited tagboat.yml that it waits for the next start, and what is wrong with it. */
const showChanges = (file: string, { line, style }: Terminal): (() => void) =>
  watchConfig(file, (text) => {
    line(
      `${style.yellow('!')} ${shortPath(file)} has changed. What runs here is what it said at the start: end it with Ctrl-C, and start it again.`,
    );
    try {
      parseConfig(text, { file: shortPath(file), local: true });
    } catch (error) {
      if (!(error instanceof TagboatError)) throw error;
      for (const problem of error.message.split('\n')) line(`  ${style.red('✗')} ${problem}`);
    }
  });

const showError = (error: unknown, { line, style }: Terminal): void => {
  if (error instanceof TagboatError) {
    line(`${style.red('✗')} ${error.message}`);
    line(`  ${errorCatalogue[error.code].next} ${style.dim(`(${error.code})`)}`);
    return;
  }
  line(
    `${style.red('✗')} ${safeText(error instanceof Error ? (error.stack ?? error.message) : String(error))}`,
  );
};
