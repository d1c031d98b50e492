import { appendFileSync, mkdirSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { logLine } from '../../../lib/log-line.ts';
import type { LogFields, Logger } from '../../../lib/logger.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';

/** A log of this size, in bytes, is begun anew at the next start. */
const sizeLimit = 20 * 1024 * 1024;

/**
 * Writes what the functions log to a file, a JSON object a line, credentials masked; warnings and errors are also told
 * to `tell`. Nothing is touched before the first line: the state may turn out to be another stack's.
 */
export const createFileLogger = (
  file: string,
  tell: (level: 'warn' | 'error', message: string, fields: LogFields) => void = () => {},
): Logger => {
  let isOpen = false;
  const open = (): void => {
    if (isOpen) return;
    isOpen = true;
    mkdirSync(path.dirname(file), { recursive: true });
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > sizeLimit) truncateSync(file);
  };
  const write = (level: Level, message: string, fields: LogFields = {}): void => {
    // A field called `message`, as of an error that was described, must not take the place of the line's own.
    const { message: detail, ...others } = fields;
    const line = { at: new Date().toISOString(), level, message, detail, ...others };
    try {
      open();
      appendFileSync(file, `${logLine(line)}\n`, { mode: 0o600 });
    } catch {
      // A full disk, or a state directory that was removed, is no reason to fail a release.
    }
    if (level === 'warn' || level === 'error') tell(level, message, fields);
  };
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  };
};
