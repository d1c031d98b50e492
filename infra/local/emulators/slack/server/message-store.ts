import { randomUUID } from 'node:crypto';
import type { Unknowns } from '../../../../../lib/mapping.ts';
import { type SlackMessage, textOf, withIds } from '../message.ts';
import type { openMessageLog } from './message-log.ts';

/** More than a day of trying things out; the rest is forgotten. */
export const kept = 500;

const shortId = (): string => randomUUID().slice(0, 5);

/** What was said. @param now milliseconds since 1970 @param log where it outlives the stack; in memory where absent */
export const createMessageStore = (now: () => number, log?: ReturnType<typeof openMessageLog>) => {
  let messages: readonly SlackMessage[] = log?.read() ?? [];
  let count = 0;
  const listeners = new Set<(message: SlackMessage) => void>();

  const keep = (message: SlackMessage): SlackMessage => {
    messages = [message, ...messages.filter(({ id }) => id !== message.id)].slice(0, kept);
    log?.said(message);
    for (const listener of listeners) listener(message);
    return message;
  };
  const content = (at: number, body: Unknowns) => ({
    at: new Date(at).toISOString(),
    text: textOf(body),
    body: withIds(body, shortId),
  });

  return {
    /** Newest first. */
    list: () => messages,
    add: (
      message: Pick<SlackMessage, 'type' | 'to' | 'channel' | 'ephemeral'>,
      body: Unknowns,
    ): SlackMessage => {
      count += 1;
      const at = now();
      const ts = `${Math.floor(at / 1000)}.${String(count).padStart(6, '0')}`;
      return keep({ ...message, id: randomUUID(), ts, updated: false, ...content(at, body) });
    },
    change: (message: SlackMessage, body: Unknowns): SlackMessage =>
      keep({ ...message, ...content(now(), body), updated: true }),
    remove: (message: SlackMessage): void => {
      messages = messages.filter(({ id }) => id !== message.id);
      log?.removed(message.id);
    },
    /** Calls back for every message and every change. @returns a function that ends it */
    subscribe: (listener: (message: SlackMessage) => void): (() => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
