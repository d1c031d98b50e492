const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** `90s`, `5m`, `1h` */
export const durationPattern = /^([1-9][0-9]{0,4})([smh])$/;

/** Longest duration that makes sense for a release, in seconds: a day. */
const maxDurationSeconds = 86_400;

/** Seconds in `90s`, `5m` or `1h`; undefined where the text is none of these or longer than a day. */
export const parseDuration = (text: string): number | undefined => {
  const [, count, unit] = durationPattern.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const seconds = Number(count) * (secondsIn[unit] ?? 0);
  return seconds <= maxDurationSeconds ? seconds : undefined;
};
