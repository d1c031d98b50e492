import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { jsonOrUndefined } from '../../../../../lib/json.ts';
import { isMapping, mapping } from '../../../../../lib/mapping.ts';
import { writePrivately } from '../../../state/directory.ts';
import type { SlackMessage } from '../message.ts';

/**
 * What was said, in a file, so that a message can still be edited after the stack was ended or killed.
 * @param file a JSON object a line; made where it is missing @param kept how many messages are found again
 */
export const openMessageLog = (file: string, kept: number) => {
  const append = (line: unknown): void => {
    try {
      appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    } catch {
      // A full disk, or a state directory that was removed, is no reason to refuse a message.
    }
  };
  return {
    /** What stands, newest first. */
    read: (): readonly SlackMessage[] => {
      const messages = standing(existsSync(file) ? readFileSync(file, 'utf8') : '').slice(0, kept);
      // What was said in between is of no use any more.
      const lines = messages.toReversed().map((message) => `${JSON.stringify({ said: message })}\n`);
      writePrivately(file, lines.join(''));
      return messages;
    },
    /** Notes a message, or what it says now. */
    said: (message: SlackMessage) => append({ said: message }),
    removed: (id: string) => append({ removed: id }),
  };
};

/** Newest first. A line that cannot be read, as the last one of a stack that was killed, is passed over. */
const standing = (text: string): readonly SlackMessage[] => {
  const messages = new Map<string, SlackMessage>();
  for (const line of text.split('\n')) {
    const { said, removed } = mapping(jsonOrUndefined(line));
    if (typeof removed === 'string') messages.delete(removed);
    if (!isMessage(said)) continue;
    messages.delete(said.id);
    messages.set(said.id, said);
  }
  return [...messages.values()].toReversed();
};

const isMessage = (value: unknown): value is SlackMessage =>
  isMapping(value) &&
  ['id', 'at', 'type', 'to', 'text', 'ts'].every((name) => typeof value[name] === 'string') &&
  isMapping(value.body);
