import type { TagboatError } from '../../errors.ts';
import { code, escapeMrkdwn } from '../text.ts';
import { context, type SlackMessage, section } from './block-kit.ts';
import { mention, requester } from './parts.ts';

/** What to do next: for a command that is not allowed, the users to ask; for one that is not understood, the help. */
const nextOf = (error: TagboatError, ask: readonly string[]): readonly string[] => {
  const by = error.by === undefined ? [] : [`by ${requester(error.by)}`];
  const whom = ask.length === 0 ? [] : [`Ask ${ask.slice(0, 10).map(mention).join(', ')}`];
  if (error.code === 'command-invalid') return [...by, `${code('/tagboat help')} shows every command`];
  return error.code === 'not-allowed' && ask.length > 0 ? whom : [...whom, escapeMrkdwn(error.next, 500)];
};

/**
 * Why a command is not carried out, for its user only.
 * @param ask ids of the people who could help
 */
export const refusal = (error: TagboatError, ask: readonly string[] = []): SlackMessage => ({
  response_type: 'ephemeral',
  text: escapeMrkdwn(`Sorry, no: ${error.message}`, 3000),
  blocks: [
    section(`:no_entry_sign: Sorry, no: ${escapeMrkdwn(error.message, 2000)}`),
    ...context([...nextOf(error, ask), code(error.code)]),
  ],
});

/** Acknowledged and in the queue, but not done yet. @param words what was asked for: `/undo okeydokey` */
export const received = ({ words }: { readonly words: string }): SlackMessage => ({
  response_type: 'ephemeral',
  text: escapeMrkdwn(`Received: ${words}; the answer follows.`, 3000),
  blocks: [section(`:inbox_tray: Received: ${code(words)}; the answer follows.`)],
});

/** Nothing is carried out: KMS or the queue did not answer before the answer had to leave. */
export const tryAgain = (): SlackMessage => ({
  response_type: 'ephemeral',
  text: 'This could not be taken in time, and is not carried out. Please try again.',
  blocks: [section(':warning: This could not be taken in time, and is not carried out. Please try again.')],
});

/** Neither queue nor table answered before the answer had to leave: the command may or may not be carried out. */
export const notReceived = (): SlackMessage => ({
  response_type: 'ephemeral',
  text: 'This could not be recorded in time, and may or may not be carried out. Look at /tagboat status before you try again.',
  blocks: [
    section(
      ':warning: This could not be recorded in time, and may or may not be carried out. Look at `/tagboat status` before you try again.',
    ),
  ],
});
