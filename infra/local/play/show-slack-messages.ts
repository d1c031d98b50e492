import type { SlackMessage } from '../emulators/slack/server/server.ts';
import type { Stack } from '../stack/types.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** The same text goes to the channel and to the user who gave the command, one right after the other. */
const sameWithinMs = 10_000;

/**
 * Shows in the terminal what would have gone to Slack: each text once, wherever it goes.
 * @param isToldElsewhere for messages that would say again what the terminal says anyway
 * @returns a function that ends it
 */
export const showSlackMessages = (
  stack: Pick<Stack, 'onSlackMessage'>,
  terminal: Terminal,
  isToldElsewhere: (message: SlackMessage) => boolean = () => false,
): (() => void) => {
  const shown = new Map<string, number>();
  return stack.onSlackMessage((message) => {
    // The user who gave the command was shown it.
    if (message.type === 'acknowledgement' || isToldElsewhere(message)) return;
    const now = Date.parse(message.at);
    for (const [text, at] of shown) if (now - at > sameWithinMs) shown.delete(text);
    if (shown.has(message.text)) return;
    shown.set(message.text, now);
    const where = message.type === 'message' ? message.to : 'reply';
    const [first = '', ...rest] = message.text.split('\n');
    terminal.line(`  ${terminal.style.yellow('Slack')} ${terminal.style.dim(where)} ${first}`);
    for (const line of rest) terminal.line(`        ${line}`);
  });
};

/** True for a message about a release: it carries the release's id (a ULID). */
export const isAboutRelease = ({ body }: SlackMessage): boolean =>
  /\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/.test(JSON.stringify(body));
