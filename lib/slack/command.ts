import * as z from 'zod/mini';
import { TagboatError } from '../errors.ts';
import type { RawRequest } from '../http.ts';
import type { Asker } from './commands.ts';
import { id, name } from './fields.ts';
import { isSlackUrl } from './hosts.ts';

/** A slash command as it was typed. */
export type SlashCommand = Asker & {
  /** With its slash: `/undo`. */
  readonly command: string;
  /** What stands behind it, trimmed. */
  readonly text: string;
  readonly channelName: string;
};

const formShape = z.object({
  command: z.string().check(z.regex(/^\/[\p{L}\p{N}_.-]{1,50}$/u)),
  text: z._default(z.string().check(z.maxLength(4000), z.trim()), ''),
  user_id: id,
  user_name: name,
  channel_id: id,
  channel_name: name,
  team_id: id,
  response_url: z.string(),
  trigger_id: name,
});

const formOf = (request: RawRequest): Readonly<Record<string, string>> =>
  Object.fromEntries(new URLSearchParams(Buffer.from(request.body).toString()));

/** True for the request with which Slack checks the certificate of a command's URL; it wants a 200 and nothing else. */
export const isSslCheck = (request: RawRequest): boolean => formOf(request).ssl_check === '1';

/**
 * Reads the form of a slash command. https://docs.slack.dev/interactivity/implementing-slash-commands
 * @param options `allowedBase`: where a `response_url` may lie besides Slack's own hosts (the local stack's Slack)
 * @throws TagboatError `payload-invalid`
 */
export const parseSlashCommand = (
  request: RawRequest,
  options: { readonly allowedBase?: string | undefined } = {},
): SlashCommand => {
  const parsed = z.safeParse(formShape, formOf(request));
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0] ?? 'form');
    throw new TagboatError(
      'payload-invalid',
      `the field ${field} of the slash command is missing or malformed`,
    );
  }
  const form = parsed.data;
  if (!isSlackUrl(form.response_url, options.allowedBase))
    throw new TagboatError(
      'payload-invalid',
      'the field response_url of the slash command is not a URL of Slack',
    );
  return {
    command: form.command,
    text: form.text,
    userId: form.user_id,
    userName: form.user_name,
    channelId: form.channel_id,
    channelName: form.channel_name,
    teamId: form.team_id,
    responseUrl: form.response_url,
    triggerId: form.trigger_id,
  };
};
