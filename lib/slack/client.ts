import * as z from 'zod/mini';
import { type Clock, systemClock } from '../clock.ts';
import { TagboatError } from '../errors.ts';
import { readLimited } from '../http/read-limited.ts';
import { retryAfterSeconds } from '../http/retry-after.ts';
import { jsonOrUndefined } from '../json.ts';
import { isSlackUrl, slackApi } from './hosts.ts';
import type { SlackMessage } from './messages.ts';

/** Where a message stands, to change it later. `channel` is the id, also where a name was given. */
export type PostedMessage = { readonly channel: string; readonly ts: string };

export type SlackClient = {
  /** Into the `response_url` of a command or a button; five times in 30 minutes, which the caller counts. */
  respond(responseUrl: string, message: SlackMessage): Promise<void>;
  /** @param channel `#deploys` or an id */
  post(channel: string, message: SlackMessage): Promise<PostedMessage>;
  update(channel: string, ts: string, message: SlackMessage): Promise<PostedMessage>;
};

export type SlackClientOptions = {
  readonly fetch?: typeof fetch | undefined;
  readonly botToken?: (() => Promise<string>) | undefined;
  /** GovSlack's, or the local stack's Slack, in place of https://slack.com/api. */
  readonly apiBase?: string | undefined;
  /** The local stack's: where a `response_url` may lie besides Slack's own hosts. */
  readonly allowedResponseBase?: string | undefined;
  /** For each request, in milliseconds; 5 seconds where absent. */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
};

/** Slack's codes for errors that may pass; all others stay until something is changed. */
const passing = new Set([
  'fatal_error',
  'internal_error',
  'ratelimited',
  'rate_limited',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

const maxResponseBytes = 256 * 1024;
const answerShape = z.object({
  ok: z.boolean(),
  error: z.optional(z.string()),
  channel: z.optional(z.string()),
  ts: z.optional(z.string()),
});

/** Slack's name for an error is short and safe; anything else is not repeated. */
const errorName = (text: string): string => (/^[a-z_]{1,60}$/.test(text) ? text : 'an answer without a name');

/**
 * Sends to Slack only: redirects are not followed.
 * Every failure is `notifier-failed`: retryable where it may pass, terminal where the channel, the token or the
 * `response_url` is wrong.
 */
export const createSlackClient = (options: SlackClientOptions = {}): SlackClient => {
  const clock = options.clock ?? systemClock;
  const apiBase = (options.apiBase ?? slackApi(false)).replace(/\/*$/, '');

  const send = async (
    what: string,
    url: string,
    message: unknown,
    token?: string,
  ): Promise<{ readonly status: number; readonly text: string; readonly retryAfter: number | undefined }> => {
    try {
      const response = await (options.fetch ?? fetch)(url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(options.timeoutMs ?? 5000),
        headers: {
          'content-type': 'application/json; charset=utf-8',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(message),
      });
      const body = await readLimited(response, maxResponseBytes);
      return {
        status: response.status,
        text: Buffer.from(body ?? []).toString(),
        retryAfter: retryAfterSeconds(response.headers.get('retry-after'), clock.now()),
      };
    } catch (cause) {
      throw new TagboatError('notifier-failed', `Slack did not answer ${what}`, { cause });
    }
  };

  const failed = (what: string, reason: string, retry: boolean, retryAfter?: number): TagboatError =>
    new TagboatError('notifier-failed', `Slack refuses ${what}: ${reason}`, {
      retry: retry ? 'retryable' : 'terminal',
      retryAfterSeconds: retryAfter,
    });

  const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

  const call = async (method: string, message: unknown): Promise<PostedMessage> => {
    if (options.botToken === undefined)
      throw failed(method, 'there is no `slack.botToken` in tagboat.yml to post with', false);
    const answer = await send(method, `${apiBase}/${method}`, message, await options.botToken());
    const shape = answerShape.safeParse(jsonOrUndefined(answer.text));
    const { ok, error = '', channel, ts } = shape.success ? shape.data : { ok: false };
    if (isPassing(answer.status))
      throw failed(method, `HTTP status ${answer.status}`, true, answer.retryAfter);
    if (answer.status !== 200 || !ok || channel === undefined || ts === undefined)
      throw failed(method, errorName(error), passing.has(error), answer.retryAfter);
    return { channel, ts };
  };

  return {
    respond: async (responseUrl, message) => {
      if (!isSlackUrl(responseUrl, options.allowedResponseBase))
        throw failed('the answer to a command', 'its response_url is not a URL of Slack', false);
      const { status, text, retryAfter } = await send('the answer to a command', responseUrl, message);
      if (status >= 200 && status < 300) return;
      const said = jsonOrUndefined(text);
      const name = typeof said === 'object' && said !== null && 'error' in said ? said.error : text.trim();
      throw failed(
        'the answer to a command',
        `HTTP status ${status}, ${errorName(String(name))}`,
        isPassing(status),
        retryAfter,
      );
    },
    post: (channel, message) =>
      call('chat.postMessage', { channel, ...message, unfurl_links: false, unfurl_media: false }),
    update: (channel, ts, message) => call('chat.update', { channel, ts, ...message }),
  };
};
