import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../gateway/body.ts';
import { respondError, respondJson } from '../gateway/respond.ts';
import { isMapping, mapping, type Unknowns } from '../service/yaml.ts';

/** What would have gone to Slack. */
export type SlackMessage = {
  readonly id: string;
  /** ISO 8601 */
  readonly at: string;
  /** `message` into a channel (the Web API), `response` to a command (its response_url). */
  readonly type: 'message' | 'response';
  /** Channel of a message; of a response, the last segment of its response_url. */
  readonly to: string;
  readonly text: string;
  /** Slack's name for a message that can be updated. */
  readonly ts: string | undefined;
  readonly updated: boolean;
  /** All that was sent. */
  readonly body: Unknowns;
};

export type SlackInbox = {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Newest first. */
  messages(): readonly SlackMessage[];
  /** Calls back for every message and every update. @returns a function that ends it */
  subscribe(listener: (message: SlackMessage) => void): () => void;
};

/** More than a day of trying things out; the rest is forgotten. */
const kept = 500;
const bodyLimit = 1024 * 1024;
const apiPrefix = '/local/slack/api/';
const responsesPrefix = '/local/slack/responses/';

/** Takes what would go to Slack: its Web API's chat methods, and response URLs. */
export const createSlackInbox = (): SlackInbox => {
  let messages: readonly SlackMessage[] = [];
  let count = 0;
  const listeners = new Set<(message: SlackMessage) => void>();

  const keep = (message: SlackMessage): SlackMessage => {
    messages = [message, ...messages.filter(({ id }) => id !== message.id)].slice(0, kept);
    for (const listener of listeners) listener(message);
    return message;
  };

  const callApi = (method: string, body: Unknowns): Unknowns => {
    const channel = String(body.channel ?? '');
    if (channel === '') return { ok: false, error: 'channel_not_found' };
    if (method === 'chat.postMessage') {
      count += 1;
      const ts = `${Math.floor(Date.now() / 1000)}.${String(count).padStart(6, '0')}`;
      keep(make('message', channel, body, { ts }));
      return { ok: true, channel, ts, message: { text: textOf(body), ts } };
    }
    if (method === 'chat.update') {
      const before = messages.find((message) => message.to === channel && message.ts === body.ts);
      if (before === undefined) return { ok: false, error: 'message_not_found' };
      keep({ ...before, text: textOf(body), body, updated: true });
      return { ok: true, channel, ts: before.ts, text: textOf(body) };
    }
    return { ok: false, error: 'unknown_method' };
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pathname = (request.url ?? '/').split('?')[0] ?? '/';
    if (request.method === 'GET' && pathname === '/local/slack')
      return respondJson(response, 200, { messages });
    if (request.method !== 'POST') return respondError(response, 'route-unknown', `there is no ${pathname}`);
    const bytes = await readBody(request, bodyLimit);
    if (bytes === undefined)
      return respondError(response, 'body-too-large', 'the message is larger than 1 MiB');
    const body = parseBody(bytes.toString());
    if (pathname.startsWith(apiPrefix))
      return respondJson(response, 200, callApi(pathname.slice(apiPrefix.length), body));
    if (pathname.startsWith(responsesPrefix)) {
      keep(make('response', pathname.slice(responsesPrefix.length), body, {}));
      return respondJson(response, 200, { ok: true });
    }
    return respondError(response, 'route-unknown', `there is no ${pathname}`);
  };

  return {
    handle,
    messages: () => messages,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

const make = (
  type: SlackMessage['type'],
  to: string,
  body: Unknowns,
  { ts }: { readonly ts?: string },
): SlackMessage => ({
  id: randomUUID(),
  at: new Date().toISOString(),
  type,
  to,
  text: textOf(body),
  ts,
  updated: false,
  body,
});

/** The Web API takes JSON and forms alike. */
const parseBody = (text: string): Unknowns => {
  try {
    return mapping(JSON.parse(text));
  } catch {
    return Object.fromEntries(new URLSearchParams(text));
  }
};

/** The text of a message, or the texts of its blocks where it has no other. */
const textOf = (body: Unknowns): string => {
  if (typeof body.text === 'string' && body.text !== '') return body.text;
  const blocks = Array.isArray(body.blocks) ? body.blocks : [];
  return blocks
    .flatMap((block) => {
      const text: unknown = isMapping(block) ? block.text : undefined;
      return isMapping(text) && typeof text.text === 'string' ? [text.text] : [];
    })
    .join('\n');
};
