import * as z from 'zod/mini';
import { TagboatError } from '../errors.ts';
import type { RawRequest } from '../http.ts';
import { jsonOrUndefined } from '../json.ts';
import { actionIdPrefix, decodeAction } from './action.ts';
import type { Action, Asker } from './commands.ts';
import { id, name } from './fields.ts';
import { isSlackUrl } from './hosts.ts';

/** A press of one of our buttons. */
export type Interaction = {
  readonly action: Action;
  readonly asker: Asker;
  /** True where only the asker sees the message with the button; only the response URL can change such a message. */
  readonly isEphemeral: boolean;
  /** Slack's name for the message with the button. */
  readonly messageTs?: string;
};

const ts = z.string().check(z.regex(/^\d{1,20}\.\d{1,10}$/));

const kindShape = z.object({ type: z.string() });
const payloadShape = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id, username: name, name, team_id: z.optional(id) }),
  // Null where the app is installed for a whole organisation
  team: z.optional(z.nullable(z.object({ id }))),
  channel: z.object({ id }),
  container: z.object({
    type: z.literal(['message', 'message_attachment']),
    message_ts: z.optional(ts),
    is_ephemeral: z._default(z.boolean(), false),
  }),
  trigger_id: name,
  response_url: z.string(),
  actions: z
    .array(
      z.object({
        type: z.literal('button'),
        action_id: z.string().check(z.startsWith(actionIdPrefix)),
        value: z.string(),
      }),
    )
    .check(z.refine((actions) => actions.length === 1)),
});

const invalid = (problem: string): TagboatError => new TagboatError('payload-invalid', problem);

const payloadOf = (request: RawRequest): unknown => {
  const text = new URLSearchParams(Buffer.from(request.body).toString()).get('payload');
  if (text === null) throw invalid('the field payload of the interaction is missing');
  const payload = jsonOrUndefined(text);
  if (payload === undefined) throw invalid('the field payload of the interaction is not JSON');
  return payload;
};

const checkKind = (payload: unknown): void => {
  const { data } = z.safeParse(kindShape, payload);
  if (data === undefined) throw invalid('the interaction does not say of which type it is');
  if (data.type === 'block_actions') return;
  const kind = /^[a-z_]{1,40}$/.test(data.type) ? data.type : 'of an unknown type';
  throw invalid(`the interaction is ${kind}; Tagboat has buttons only (block_actions)`);
};

/**
 * Reads the form that Slack sends when a button is pressed.
 * https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
 * @param options `allowedBase`: where a `response_url` may lie besides Slack's own hosts (the local stack's Slack)
 * @throws TagboatError `payload-invalid`
 */
export const parseInteraction = (
  request: RawRequest,
  options: { readonly allowedBase?: string | undefined } = {},
): Interaction => {
  const payload = payloadOf(request);
  checkKind(payload);
  const parsed = z.safeParse(payloadShape, payload);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.') ?? '';
    throw invalid(`the field ${field} of the interaction is missing or malformed`);
  }
  const { user, team, channel, container, trigger_id, response_url, actions } = parsed.data;
  if (!isSlackUrl(response_url, options.allowedBase))
    throw invalid('the field response_url of the interaction is not a URL of Slack');
  const teamId = user.team_id ?? team?.id;
  if (teamId === undefined) throw invalid('the field team of the interaction is missing or malformed');
  const messageTs = container.message_ts;
  return {
    action: decodeAction(actions[0]?.value ?? ''),
    asker: {
      userId: user.id,
      userName: user.username === '' ? user.name : user.username,
      channelId: channel.id,
      teamId,
      responseUrl: response_url,
      triggerId: trigger_id,
    },
    isEphemeral: container.is_ephemeral,
    ...(messageTs === undefined ? {} : { messageTs }),
  };
};
