import { randomUUID } from 'node:crypto';
import { TagboatError } from '../../../lib/errors.ts';
import { mapping } from '../service/yaml.ts';
import { type SlashCommand, slackHeaders, slashCommandBody } from './command.ts';

export type SentCommand = {
  /** The last segment of its response_url, under which answers arrive. */
  readonly responseId: string;
  /** What was answered at once. */
  readonly text: string;
  /** False where nothing more is to come. */
  readonly accepted: boolean;
};

/**
 * Sends a slash command to a running stack as Slack would.
 * @throws TagboatError `local-stack-missing`
 */
export const sendCommand = async (
  origin: string,
  signingSecret: string,
  command: Omit<SlashCommand, 'responseUrl'>,
): Promise<SentCommand> => {
  const responseId = randomUUID();
  const body = slashCommandBody({ ...command, responseUrl: `${origin}/local/slack/responses/${responseId}` });
  const headers = slackHeaders(signingSecret, body, Math.floor(Date.now() / 1000));
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${origin}/slack/commands`, { method: 'POST', headers, body });
    text = await response.text();
  } catch (cause) {
    throw new TagboatError('local-stack-missing', `nothing answers at ${origin}`, { cause });
  }
  const answer = parse(text);
  const error = mapping(answer.error);
  if (!response.ok)
    return { responseId, text: `${response.status} ${String(error.message ?? text)}`, accepted: false };
  // What only the sender sees is a refusal, or help; what the channel sees is work begun.
  return {
    responseId,
    text: readable(String(answer.text ?? text)),
    accepted: answer.response_type === 'in_channel',
  };
};

const parse = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return mapping(JSON.parse(text));
  } catch {
    return {};
  }
};

/** Slack escapes three characters: https://docs.slack.dev/messaging/formatting-message-text#escaping */
export const readable = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
