import type { Unknowns } from '../../../../../lib/mapping.ts';
import { decodeAction } from '../../../../../lib/slack/action.ts';
import type { Action, Command } from '../../../../../lib/slack/commands.ts';
import { buttonsOf, textOf } from '../message.ts';

/**
 * What an answer to a command says, as far as a client that waits for its end has to know: `later` that the answer
 * follows, `begun` that a release is under way.
 */
export type AnswerKind = 'refused' | 'question' | 'later' | 'begun' | 'done';

/** The action behind a button; undefined where it is not one of ours. */
export const actionOf = (value: string): Action | undefined => {
  try {
    return decodeAction(value);
  } catch {
    return undefined;
  }
};

/** @param body of the message; the words are those of `lib/slack/messages` */
export const kindOf = (body: Unknowns): AnswerKind => {
  const text = textOf(body);
  if (/^(?:Sorry, no\b|This could not be (?:taken|recorded))/.test(text)) return 'refused';
  if (text.startsWith('Received:')) return 'later';
  if (buttonsOf(body).some(({ value }) => actionOf(value)?.type === 'cancel')) return 'question';
  return body.response_type === 'in_channel' || text.startsWith('Already under way') ? 'begun' : 'done';
};

const lastWords: Readonly<Record<string, string>> = {
  healthy: 'is healthy',
  failed: 'failed',
  undone: 'was undone',
  superseded: 'was overtaken',
  skipped: 'was skipped',
};

/** True for a message that tells of the end of a release. @param state that it ended in */
export const tellsOfEnd = (body: Unknowns, state: string): boolean =>
  textOf(body).includes(lastWords[state] ?? state);

/** The release that a command makes, if any. */
export type Making = {
  readonly kind: 'undo' | 'release';
  readonly app: string;
  readonly environment: string;
  /** The tag that it brings, where the command names one. */
  readonly tag?: string | undefined;
};

/** @returns undefined for what makes no release, and for what does not say where: that is asked about first */
export const makingOf = (command: Command | undefined): Making | undefined => {
  if (command?.type !== 'undo' && command?.type !== 'release') return undefined;
  const { type: kind, app, environment } = command;
  if (environment === undefined) return undefined;
  return { kind, app, environment, tag: command.type === 'undo' ? command.to : command.tag };
};
