import { randomUUID } from 'node:crypto';
import { TagboatError } from '../../../../../lib/errors.ts';
import { jsonOrUndefined } from '../../../../../lib/json.ts';
import { mapping, type Unknowns } from '../../../../../lib/mapping.ts';
import type { FoundButton } from './buttons.ts';
import { type SlashCommand, slackHeaders, slashCommandBody } from './command.ts';
import { interactionBody } from './interaction.ts';

export type Sender = {
  /** `http://127.0.0.1:8787` */
  readonly origin: string;
  readonly signingSecret: string;
  readonly user: string;
  readonly channel: string;
};

export type Sent = {
  /** Under which answers arrive. */
  readonly responseId: string;
  /** When it was sent, in milliseconds since 1970. */
  readonly at: number;
  readonly isOk: boolean;
  /** What was answered at once: a message of Slack's, or what went wrong; nothing to a button. */
  readonly answer: Unknowns | undefined;
  /** How long that took, in milliseconds. Slack waits for three seconds. */
  readonly tookMs: number;
};

/** After so many milliseconds Slack says `operation_timeout`. */
export const slackPatienceMs = 3000;

const post = async (origin: string, path: string, init: RequestInit) => {
  try {
    const response = await fetch(`${origin}${path}`, { method: 'POST', ...init });
    return { response, text: await response.text() };
  } catch (cause) {
    throw new TagboatError('local-stack-missing', `nothing answers at ${origin}`, { cause });
  }
};

/** Slack shows nothing of an empty answer. */
const parse = (text: string): Unknowns | undefined => {
  const answer = jsonOrUndefined(text) ?? (text === '' ? {} : { text });
  return Object.keys(mapping(answer)).length === 0 ? undefined : mapping(answer);
};

const send = async (
  { origin, signingSecret }: Sender,
  path: string,
  responseId: string,
  body: string,
): Promise<Sent> => {
  const at = Date.now();
  const headers = slackHeaders(signingSecret, body, Math.floor(at / 1000));
  const { response, text } = await post(origin, path, { headers, body });
  const answer = parse(text);
  const error = mapping(answer?.error);
  return {
    responseId,
    at,
    tookMs: Date.now() - at,
    isOk: response.ok,
    answer: response.ok ? answer : { text: `${response.status} ${String(error.message ?? text)}` },
  };
};

/**
 * Sends a slash command to a running stack as Slack would, and puts what is answered at once where the stack keeps its
 * messages.
 * @throws TagboatError `local-stack-missing`; `notifier-failed` where Slack would not show the answer
 */
export const sendCommand = async (sender: Sender, line: SlashCommand['line']): Promise<Sent> => {
  const responseId = randomUUID();
  const responseUrl = `${sender.origin}/local/slack/responses/${responseId}`;
  const body = slashCommandBody({ line, user: sender.user, channel: sender.channel, responseUrl });
  const sent = await send(sender, '/slack/commands', responseId, body);
  if (!sent.isOk || sent.answer === undefined) return sent;
  const { text } = await post(sender.origin, `/local/slack/acknowledgements/${responseId}`, {
    body: JSON.stringify(sent.answer),
  });
  const { ok, error } = parse(text) ?? {};
  if (ok === true) return sent;
  throw new TagboatError('notifier-failed', `Slack would not show the answer: ${String(error)}`, {
    retry: 'terminal',
  });
};

/**
 * Presses a button as Slack would. What comes of it arrives under the response id, or in the place of the message; what is
 * answered at once is not shown.
 * @throws TagboatError `local-stack-missing`
 */
export const sendPress = async (sender: Sender, found: FoundButton): Promise<Sent> => {
  const responseId = randomUUID();
  const responseUrl = `${sender.origin}/local/slack/responses/${responseId}/${found.message.id}`;
  const { user, channel } = sender;
  const body = interactionBody({ ...found, user, channel, responseUrl, now: Date.now() });
  const sent = await send(sender, '/slack/interactions', responseId, body);
  return sent.isOk ? { ...sent, answer: undefined } : sent;
};
