import { logLine } from '../../lib/log-line.ts';
import { type LogFields, type Logger, silentLogger } from '../../lib/logger.ts';

/** Secrets of the tests, in clear. A shorter one would be found in harmless words. */
const common = [
  "It's a Secret to Everybody",
  'sesame-open-9',
  'ghp_0123456789',
  'hunter2',
  'the signing secret',
  'the secret of the GitHub webhook',
];
const leastLength = 6;

/** What no line of a log may have: it would be more than text to a terminal. */
const control = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** How a secret may stand in a line: as it is, as JSON has it, within a URL, in a header of basic authentication. */
const formsOf = (secret: string): readonly string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
];

/** What is wrong with lines of a log, as they are written. */
export const createLogScanner = () => {
  const secrets = new Set<string>();
  const findings: string[] = [];
  const expectNone = (...added: readonly string[]): void => {
    for (const secret of added)
      if (secret.length >= leastLength) for (const form of formsOf(secret)) secrets.add(form);
  };
  expectNone(...common);
  return {
    /** Secrets that no line may have. */
    expectNone,
    scan: (fields: LogFields): void => {
      const line = logLine(fields);
      if (control.test(line)) findings.push(`a control character: ${JSON.stringify(line)}`);
      for (const secret of secrets) if (line.includes(secret)) findings.push(`a secret: ${line}`);
    },
    /** What was found since it was asked last. */
    take: (): readonly string[] => findings.splice(0),
  };
};

/** The one of this process, which each test is asked about when it has ended. */
export const logScanner = createLogScanner();

/**
 * A logger whose lines are scanned for secrets and control characters, in the form in which the deployed functions write them.
 * @param listener what else is told of every message
 */
export const scannedLogger = (listener: Logger = silentLogger): Logger => {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void => {
      logScanner.scan({ message, ...fields });
      listener[level](message, fields);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};
