import type { Stack } from '../stack/types.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Shows in the terminal what would have gone to Slack. @returns a function that ends it */
export const showSlackMessages = (stack: Pick<Stack, 'onSlackMessage'>, terminal: Terminal): (() => void) =>
  stack.onSlackMessage((message) => {
    const where = message.type === 'message' ? message.to : 'reply';
    const [first = '', ...rest] = message.text.split('\n');
    terminal.line(`  ${terminal.style.yellow('Slack')} ${terminal.style.dim(where)} ${first}`);
    for (const line of rest) terminal.line(`        ${line}`);
  });
