/** A server cannot make us wait for longer. */
const maxSeconds = 3600;

/**
 * Seconds to wait, from a `Retry-After` header: a number of seconds, or a date (RFC 9110, section 10.2.3).
 * Undefined where there is none, or none that can be understood.
 * @param now milliseconds since the epoch
 */
export const retryAfterSeconds = (header: string | null | undefined, now: number): number | undefined => {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text), maxSeconds);
  // Every HTTP date begins with the name of a day; `Date.parse` alone would take almost anything
  const date = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, Math.ceil((date - now) / 1000)), maxSeconds);
};
