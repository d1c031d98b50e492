import { TagboatError } from '../errors.ts';
import type { RawRequest } from '../http.ts';
import { requestId, type SignedRequest } from '../release/record/request-store.ts';
import { parseSlashCommand } from '../slack/command.ts';
import type { Command } from '../slack/commands.ts';
import { parseInteraction } from '../slack/interaction.ts';
import { cancelled, helpMessage, type SlackMessage } from '../slack/messages.ts';
import { parseCommand } from '../slack/parse.ts';
import { verifySlackRequest } from '../slack/verify.ts';
import type { Asked } from './commands/command-request.ts';
import { refuse } from './commands/run.ts';
import type { Desk } from './slack-context.ts';

/** Where the answer to a button goes. */
export type Press = { readonly responseUrl: string; readonly isEphemeral: boolean };

/** Something to carry out. */
export type Asking = {
  readonly type: 'asked';
  readonly asked: Asked;
  /** As somebody typed it, for an acknowledgement. */
  readonly words: string;
  readonly responseUrl: string;
  readonly press?: Press | undefined;
};

/** What a request comes to: something to carry out, or an answer that needs nothing but the request. */
export type Read =
  | Asking
  | {
      readonly type: 'answer';
      readonly message: SlackMessage;
      readonly responseUrl: string;
      readonly press?: Press | undefined;
    };

const rawOf = ({ body, signature, timestamp, endpoint }: SignedRequest): RawRequest => ({
  method: 'POST',
  path: `/slack/${endpoint}`,
  query: {},
  headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp },
  body: Buffer.from(body),
});

/** @throws TagboatError `signature-missing`, `signature-wrong`, `signature-expired`, by the time at which it was received */
export const verifyRequest = (request: SignedRequest, signingSecret: string): void =>
  verifySlackRequest(rawOf(request), signingSecret, request.receivedAt);

/**
 * Keeps out, before the secret is known, what cannot be genuine: a request is recorded unverified only where KMS is slow,
 * and even then not any request.
 * @throws TagboatError `signature-missing`, `signature-wrong`, `signature-expired`
 */
export const looksGenuine = ({ signature, timestamp, receivedAt }: SignedRequest): void => {
  if (signature === '' || timestamp === '')
    throw new TagboatError(
      'signature-missing',
      'the header X-Slack-Signature or X-Slack-Request-Timestamp is missing',
    );
  if (!/^v0=[0-9a-f]{64}$/.test(signature) || !/^\d{1,12}$/.test(timestamp))
    throw new TagboatError('signature-wrong', 'X-Slack-Signature or X-Slack-Request-Timestamp is malformed');
  if (Math.abs(receivedAt / 1000 - Number(timestamp)) > 300)
    throw new TagboatError(
      'signature-expired',
      'X-Slack-Request-Timestamp is more than five minutes away from now',
    );
};

/**
 * Reads a genuine request.
 * @throws TagboatError `payload-invalid`
 */
export const readRequest = (request: SignedRequest, desk: Desk): Read =>
  request.endpoint === 'commands' ? readCommand(request, desk) : readPress(request, desk);

const readCommand = (request: SignedRequest, desk: Desk): Read => {
  const { command: name, text, channelName: _, ...asker } = parseSlashCommand(rawOf(request), desk);
  const { responseUrl } = asker;
  const answerWith = (message: SlackMessage): Read => ({ type: 'answer', message, responseUrl });
  let command: Command;
  try {
    command = parseCommand(name, text, {
      apps: desk.config.apps,
      now: request.receivedAt,
      timeZone: desk.slack.timeZone,
    });
  } catch (error) {
    if (!(error instanceof TagboatError)) throw error;
    desk.logger.warn('command not understood', { by: asker.userId, command: name, error });
    return answerWith(refuse(error, undefined, desk));
  }
  if (command.type === 'help') return answerWith(helpMessage());
  const asked: Asked = {
    type: 'run',
    command,
    asker,
    id: requestId(request),
    at: request.receivedAt,
  };
  return { type: 'asked', asked, words: `${name} ${text}`.trim(), responseUrl };
};

const readPress = (request: SignedRequest, desk: Desk): Read => {
  const { action, asker, isEphemeral } = parseInteraction(rawOf(request), desk);
  const { responseUrl } = asker;
  const press = { responseUrl, isEphemeral };
  if (action.type === 'cancel') return { type: 'answer', message: cancelled(), responseUrl, press };
  const asked: Asked = { ...action, asker, id: requestId(request), at: request.receivedAt };
  return { type: 'asked', asked, words: `/tagboat ${action.command.type}`, responseUrl, press };
};
