import { appendFileSync, readFileSync } from 'node:fs';
import { isMapping } from '../../../mapping.ts';
import { writePrivately } from '../../../state/directory.ts';
import type { SlackMessage } from '../message.ts';

/** What was said, in a file, so that a message can still be edited after the stack was ended or killed. */
export type MessageLog = {
  /** What stands, newest first. */
  read(): readonly SlackMessage[];
  /** Notes a message, or what it says now. */
  said(message: SlackMessage): void;
  removed(id: string): void;
};

/** @param file a JSON object a line; made where it is missing @param kept how many messages are found again */
export const openMessageLog = (file: string, kept: number): MessageLog => {
  const append = (line: unknown): void => {
    try {
      appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    } catch {
      // A full disk, or a state directory that was removed, is no reason to refuse a message.
    }
  };
  return {
    read: () => {
      const messages = standing(linesOf(file)).slice(0, kept);
      // What was said in between is of no use any more.
      writePrivately(
        file,
        messages
          .toReversed()
          .map((message) => `${JSON.stringify({ said: message })}\n`)
          .join(''),
      );
      return messages;
    },
    said: (message) => append({ said: message }),
    removed: (id) => append({ removed: id }),
  };
};

const linesOf = (file: string): readonly string[] => {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
};

/** Newest first. A line that cannot be read, as the last one of a stack that was killed, is passed over. */
const standing = (lines: readonly string[]): readonly SlackMessage[] => {
  const messages = new Map<string, SlackMessage>();
  for (const line of lines) {
    const entry = parse(line);
    if (!isMapping(entry)) continue;
    const { said, removed } = entry;
    if (typeof removed === 'string') messages.delete(removed);
    if (!isMessage(said)) continue;
    messages.delete(said.id);
    messages.set(said.id, said);
  }
  return [...messages.values()].toReversed();
};

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const isMessage = (value: unknown): value is SlackMessage =>
  isMapping(value) &&
  ['id', 'at', 'type', 'to', 'text', 'ts'].every((name) => typeof value[name] === 'string') &&
  isMapping(value.body);
