import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { TagboatError } from '../../../lib/errors.ts';
import { mapping } from '../service/yaml.ts';
import { type SlashCommand, slackHeaders, slashCommandBody } from './command.ts';
import type { SlackMessage } from './inbox.ts';

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
  try {
    response = await fetch(`${origin}/slack/commands`, { method: 'POST', headers, body });
  } catch (cause) {
    throw new TagboatError('local-stack-missing', `nothing answers at ${origin}`, { cause });
  }
  const text = await response.text();
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

const pollMs = 100;
/** No rollout takes longer; Slack itself takes answers for half an hour. */
const patienceMs = 30 * 60_000;

/**
 * Shows the answers to a command as they arrive, until the one with the verdict.
 * @returns true where it is a good one
 */
export const followCommand = async (
  origin: string,
  { responseId }: SentCommand,
  show: (text: string) => void,
): Promise<boolean> => {
  const shown = new Set<string>();
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const response = await fetch(`${origin}/local/slack`);
    const { messages } = (await response.json()) as { readonly messages: readonly SlackMessage[] };
    for (const message of messages.toReversed()) {
      if (message.to !== responseId || shown.has(message.id)) continue;
      shown.add(message.id);
      show(readable(message.text));
      const verdict = verdictOf(message.text);
      if (verdict !== undefined) return verdict;
    }
    await delay(pollMs);
  }
  return false;
};

/** What the texts of a release's end have in common; see lib/slack/messages.ts. */
const verdictOf = (text: string): boolean | undefined => {
  if (/ is healthy\b/.test(text)) return true;
  return / (?:failed|was skipped|was superseded|is superseded)\b/.test(text) ? false : undefined;
};

/** Slack escapes three characters: https://docs.slack.dev/messaging/formatting-message-text#escaping */
const readable = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
