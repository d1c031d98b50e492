import { type Button, buttonsOf, type SlackMessage } from '../message.ts';

export type FoundButton = { readonly message: SlackMessage; readonly button: Button };

const plain = (text: string): string => text.trim().toLowerCase();

/** The one button that is called so, or the only one that begins so. */
const pick = (wanted: string, buttons: readonly Button[]): Button | undefined => {
  const named = buttons.filter(({ text }) => plain(text) === wanted);
  const beginning = buttons.filter(({ text }) => plain(text).startsWith(wanted));
  if (named.length === 1) return named[0];
  return named.length === 0 && beginning.length === 1 ? beginning[0] : undefined;
};

const listOf = (messages: readonly SlackMessage[]): string => {
  const texts = messages.flatMap(({ body }) => buttonsOf(body).map(({ text }) => text));
  const unique = [...new Set(texts)];
  return unique.length === 0
    ? 'no message has one'
    : `there are ${unique.map((text) => `[${text}]`).join(' ')}`;
};

/**
 * Finds a button by its text: in the newest message that has one of that name, whatever its case; the beginning will do
 * where it fits one button only.
 * @param messages newest first
 * @returns in place of a button, which ones there are
 */
export const findButton = (
  text: string,
  messages: readonly SlackMessage[],
): FoundButton | { readonly problem: string } => {
  const wanted = plain(text);
  for (const message of messages) {
    const buttons = buttonsOf(message.body);
    const fitting = buttons.filter((button) => plain(button.text).startsWith(wanted));
    if (wanted === '' || fitting.length === 0) continue;
    const button = pick(wanted, buttons);
    if (button !== undefined) return { message, button };
    const texts = fitting.map((one) => `[${one.text}]`).join(' ');
    return { problem: `More than one button begins with "${text}": ${texts}.` };
  }
  return { problem: `There is no button "${text}"; ${listOf(messages)}.` };
};
