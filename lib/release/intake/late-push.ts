import type { SourceEvent } from '../../event.ts';
import { latePushMs, pushMaxAgeMs, pushSkewMs } from '../queue/schedule.ts';

/**
 * When the sender says that what it announces was pushed, in milliseconds since 1970; undefined where it does not say, or cannot
 * be right. Pure.
 */
const pushTime = ({ pushedAt }: SourceEvent, now: number): number | undefined =>
  pushedAt === undefined || pushedAt > now + pushSkewMs || pushedAt < now - pushMaxAgeMs
    ? undefined
    : pushedAt;

/** When a hook was pushed that comes long after that; undefined for any other. Pure. */
export const latePush = (event: SourceEvent, now: number): number | undefined => {
  const at = pushTime(event, now);
  return at === undefined || at > now - latePushMs ? undefined : at;
};

/**
 * True where a push was before something else: an event that a sender delivers twice asks for what it has asked for before, and
 * for nothing that came of it since. Pure.
 * @param time ISO 8601
 */
export const wasPushedBefore = (event: SourceEvent, time: string, now: number): boolean => {
  const at = pushTime(event, now);
  return at !== undefined && at - pushSkewMs <= Date.parse(time);
};

/** True where a push is known to have come after something else. Pure. @param time in milliseconds since 1970 */
export const wasPushedAfter = (event: SourceEvent, time: number, now: number): boolean => {
  const at = pushTime(event, now);
  return at !== undefined && at > time + pushSkewMs;
};
