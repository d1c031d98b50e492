/** Fields of a log line. Values are serialised as JSON, and credentials in them masked, by the logger that is handed in. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What the parts log with. Messages are constant strings; everything that varies is a field. */
export type Logger = {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
};

const nothing = () => {};

/** For tests, and for parts that are used without one. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
