import type { SlackMessage } from '../../../lib/slack/messages.ts';

/** What somebody reads: sections and contexts as they are, buttons in brackets. */
export const shown = ({ blocks }: SlackMessage): readonly string[] =>
  blocks.flatMap((block) => {
    if (block.type === 'section') return [block.text.text];
    if (block.type === 'context') return block.elements.map(({ text }) => text);
    return block.elements.map(({ text }) => `[${text.text}]`);
  });

export const buttonsOf = ({ blocks }: SlackMessage) =>
  blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
