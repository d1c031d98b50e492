import type { IncomingMessage, ServerResponse } from 'node:http';
import { jsonOrUndefined } from '../../../../../lib/json.ts';
import { mapping, type Unknowns } from '../../../../../lib/mapping.ts';
import { readBody } from '../../../runtime/gateway/body.ts';
import { respondError, respondJson } from '../../../runtime/gateway/respond.ts';
import type { SlackMessage } from '../message.ts';
import { openMessageLog } from './message-log.ts';
import { createMessageStore, kept } from './message-store.ts';
import { createResponseUrls } from './response-urls.ts';
import { refusalOf } from './validate-message.ts';
import { channelId, hasToken } from './web-api.ts';

export type { SlackMessage } from '../message.ts';

export type SlackServer = {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Newest first. */
  messages(): readonly SlackMessage[];
  /** Calls back for every message and every update. @returns a function that ends it */
  subscribe(listener: (message: SlackMessage) => void): () => void;
};

const bodyLimit = 1024 * 1024;
const prefix = '/local/slack/';

type Answer = { readonly status: number; readonly body: Unknowns };
const answer = (body: Unknowns, status = 200): Answer => ({ status, body });
const failed = (error: string, status = 200): Answer => answer({ ok: false, error }, status);

/**
 * Takes what would go to Slack, and keeps it as Slack does: its Web API's chat methods (`api/<method>`), response URLs
 * (`responses/<id>`, or `responses/<id>/<message>` of a button in that message), and the acknowledgements of commands
 * (`acknowledgements/<id>`), which the client in Slack's place hands in.
 * @param options `file`: where the messages are kept; in memory where absent
 */
export const createSlackServer = ({
  now = Date.now,
  file,
}: {
  readonly now?: () => number;
  readonly file?: string;
} = {}): SlackServer => {
  const messages = createMessageStore(now, file === undefined ? undefined : openMessageLog(file, kept));
  const urls = createResponseUrls(now);

  const callApi = (method: string, body: Unknowns, authorization: string | undefined): Answer => {
    const isUpdate = method === 'chat.update';
    if (!isUpdate && method !== 'chat.postMessage') return failed('unknown_method');
    if (!hasToken(authorization, body)) return failed('not_authed');
    const given = String(body.channel ?? '');
    const channel = channelId(given);
    // A message is changed by the id of its channel, never by a name.
    if (channel === undefined || (isUpdate && channel !== given)) return failed('channel_not_found');
    const refusal = refusalOf(body);
    if (!isUpdate) {
      if (refusal !== undefined) return failed(refusal);
      const { ts, text } = messages.add({ type: 'message', to: given, channel, ephemeral: false }, body);
      return answer({ ok: true, channel, ts, message: { type: 'message', text, ts } });
    }
    const before = messages.list().find((message) => message.channel === channel && message.ts === body.ts);
    if (before === undefined) return failed('message_not_found');
    if (refusal !== undefined) return failed(refusal);
    const { ts, text } = messages.change(before, body);
    return answer({ ok: true, channel, ts, text });
  };

  const add = (type: SlackMessage['type'], to: string, channel: string | undefined, body: Unknowns) =>
    messages.add({ type, to, channel, ephemeral: body.response_type !== 'in_channel' }, body);

  const respond = (id: string, sourceId: string | undefined, body: Unknowns): Answer => {
    const use = urls.use(id);
    // The limits are documented, the words for having passed them are not.
    if (use !== 'ok') return failed(use, 404);
    const source = messages.list().find((message) => message.id === sourceId);
    if (body.delete_original === true || body.delete_original === 'true') {
      if (source !== undefined) messages.remove(source);
      return answer({ ok: true });
    }
    const refusal = refusalOf(body);
    if (refusal !== undefined) return failed(refusal, 400);
    const isReplacement = body.replace_original === true || body.replace_original === 'true';
    // A command has no message that could be replaced: what is said in answer to one is new.
    if (isReplacement && source !== undefined) messages.change(source, body);
    else add('response', id, source?.channel, body);
    return answer({ ok: true });
  };

  const acknowledge = (id: string, body: Unknowns): Answer => {
    urls.open(id);
    const refusal = refusalOf(body);
    if (refusal !== undefined) return failed(refusal, 400);
    return answer({ ok: true, id: add('acknowledgement', id, undefined, body).id });
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pathname = (request.url ?? '/').split('?')[0] ?? '/';
    if (request.method === 'GET' && pathname === '/local/slack')
      return respondJson(response, 200, { messages: messages.list() });
    const [part, id, sourceId, ...rest] = pathname.startsWith(prefix)
      ? pathname.slice(prefix.length).split('/')
      : [];
    const isKnown =
      part === 'api' || part === 'acknowledgements' ? sourceId === undefined : part === 'responses';
    if (request.method !== 'POST' || !isKnown || id === undefined || id === '' || rest.length > 0)
      return respondError(response, 'route-unknown', `there is no ${pathname}`);
    const bytes = await readBody(request, bodyLimit);
    if (bytes === undefined)
      return respondError(response, 'body-too-large', 'the message is larger than 1 MiB');
    const body = parseBody(bytes.toString());
    const { status, body: json } =
      part === 'api'
        ? callApi(id, body, request.headers.authorization)
        : part === 'responses'
          ? respond(id, sourceId, body)
          : acknowledge(id, body);
    return respondJson(response, status, json);
  };

  return { handle, messages: messages.list, subscribe: messages.subscribe };
};

/** The Web API takes JSON and forms alike; in a form, blocks are JSON. */
const parseBody = (text: string): Unknowns => {
  const json = jsonOrUndefined(text);
  if (json !== undefined) return mapping(json);
  const form = Object.fromEntries(new URLSearchParams(text));
  return form.blocks === undefined ? form : { ...form, blocks: jsonOrUndefined(form.blocks) };
};
