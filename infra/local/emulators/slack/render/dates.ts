export type DateOptions = {
  /** IANA name; the reader's own where absent. */
  readonly timeZone?: string | undefined;
  /** Milliseconds since 1970, for `today` and its like. */
  readonly now: number;
};

const dayMs = 24 * 3600 * 1000;

const format = (at: number, options: DateOptions, fields: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat('en-GB', { ...fields, timeZone: options.timeZone }).format(at);

/** `2026-11-23`, as Swedes write it. */
const numeric = (at: number, options: DateOptions): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: options.timeZone }).format(at);

/** `today`, `yesterday` or `tomorrow`, or the date. */
const pretty = (at: number, options: DateOptions, otherwise: string): string => {
  const day = numeric(at, options);
  if (day === numeric(options.now, options)) return 'today';
  if (day === numeric(options.now - dayMs, options)) return 'yesterday';
  return day === numeric(options.now + dayMs, options) ? 'tomorrow' : otherwise;
};

/**
 * Fills in the tokens of a date in a message, for its reader.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 * @param seconds since 1970
 */
export const formatDate = (seconds: number, tokens: string, options: DateOptions): string => {
  const at = seconds * 1000;
  const short = format(at, options, { day: 'numeric', month: 'short', year: 'numeric' });
  const long = format(at, options, { dateStyle: 'full' });
  const plain = format(at, options, { dateStyle: 'long' });
  const values: Readonly<Record<string, string>> = {
    date_num: numeric(at, options),
    date: plain,
    date_short: short,
    date_long: long,
    date_pretty: pretty(at, options, plain),
    date_short_pretty: pretty(at, options, short),
    date_long_pretty: pretty(at, options, long),
    time: format(at, options, { timeStyle: 'short' }),
    time_secs: format(at, options, { timeStyle: 'medium' }),
  };
  return tokens.replace(/\{(\w+)\}/g, (whole, token: string) => values[token] ?? whole);
};
