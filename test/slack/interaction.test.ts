import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TagboatError } from '../../lib/errors.ts';
import { encodeAction } from '../../lib/slack/action.ts';
import type { Action } from '../../lib/slack/commands.ts';
import { parseInteraction } from '../../lib/slack/interaction.ts';
import { slackRequest } from './requests.ts';

const action: Action = {
  type: 'run',
  command: { type: 'undo', app: 'okeydokey', environment: 'production' },
  confirmed: true,
  expect: '01JDCQ7RZ1Y6M8Y3T5V6W7X8Y9',
};
const press = {
  action_id: 'tagboat-0',
  block_id: '=qXel',
  text: { type: 'plain_text', text: 'Undo', emoji: true },
  value: encodeAction(action),
  style: 'danger',
  type: 'button',
  action_ts: '1548426417.840180',
};
/** The example of https://docs.slack.dev/reference/interaction-payloads/block_actions-payload, with our button. */
const documented = {
  type: 'block_actions',
  team: { id: 'T9TK3CUKW', domain: 'example' },
  user: { id: 'UA8RXUSPL', username: 'jtorrance', team_id: 'T9TK3CUKW' },
  api_app_id: 'AABA1ABCD',
  token: '9s8d9as89d8as9d8as989',
  container: {
    type: 'message_attachment',
    message_ts: '1548261231.000200',
    attachment_id: 1,
    channel_id: 'CBR2V3XEX',
    is_ephemeral: false,
    is_app_unfurl: false,
  },
  trigger_id: '12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3',
  channel: { id: 'CBR2V3XEX', name: 'review-updates' },
  message: { bot_id: 'BAH5CA16Z', type: 'message', text: 'x', user: 'UAJ2RU415', ts: '1548261231.000200' },
  response_url: 'https://hooks.slack.com/actions/AABA1ABCD/1232321423432/D09sSasdasdAS9091209',
  actions: [press],
};

const form = (payload: unknown) =>
  slackRequest(new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), '1');
const parse = (change: object, allowedBase?: string) =>
  parseInteraction(form({ ...documented, ...change }), { allowedBase });
const invalid = (message: string) => expect.objectContaining({ code: 'payload-invalid', message });

test('a button of GovSlack, whose hosts are its own (opsdroid/opsdroid#2013)', () => {
  const url = 'https://hooks.slack-gov.com/actions/T1/2/x';
  expect(parse({ response_url: url }).asker.responseUrl).toBe(url);
});

test('a button as Slack documents it', () => {
  expect(parse({})).toEqual({
    action,
    asker: {
      userId: 'UA8RXUSPL',
      userName: 'jtorrance',
      channelId: 'CBR2V3XEX',
      teamId: 'T9TK3CUKW',
      responseUrl: 'https://hooks.slack.com/actions/AABA1ABCD/1232321423432/D09sSasdasdAS9091209',
      triggerId: '12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3',
    },
    isEphemeral: false,
    messageTs: '1548261231.000200',
  });
});

test('a button of a question that only one person sees', () => {
  const container = {
    type: 'message',
    message_ts: '1548261231.000200',
    channel_id: 'C1',
    is_ephemeral: true,
  };
  const actions = [{ ...press, value: encodeAction({ type: 'cancel' }) }];
  expect(parse({ container, actions, message: undefined })).toMatchObject({
    action: { type: 'cancel' },
    isEphemeral: true,
  });
});

test('where the app is installed for an organisation, the team is the user’s', () => {
  expect(parse({ team: null, enterprise: { id: 'E1', name: 'x' } }).asker.teamId).toBe('T9TK3CUKW');
});

test('an older payload names the user otherwise, and the team once', () => {
  const { asker } = parse({ user: { id: 'UA8RXUSPL', name: 'jtorrance' } });
  expect(asker).toMatchObject({ userName: 'jtorrance', teamId: 'T9TK3CUKW' });
});

describe('what is no button of ours is refused', () => {
  test.each([
    'view_submission',
    'view_closed',
    'shortcut',
    'message_action',
    'block_suggestion',
    'interactive_message',
  ])('%s', (type) => {
    expect(() => parse({ type })).toThrow(
      invalid(`the interaction is ${type}; Tagboat has buttons only (block_actions)`),
    );
  });

  test('a type that could be anything', () => {
    expect(() => parse({ type: '<!channel> x' })).toThrow(
      invalid('the interaction is of an unknown type; Tagboat has buttons only (block_actions)'),
    );
  });

  test.each([
    ['no form', 'x'],
    ['no payload', 'command=%2Fundo'],
  ])('%s', (_name, body) => {
    expect(() => parseInteraction(slackRequest(body, '1'))).toThrow(
      invalid('the field payload of the interaction is missing'),
    );
  });

  test('no JSON', () => {
    expect(() => parseInteraction(slackRequest('payload=%7B', '1'))).toThrow(
      invalid('the field payload of the interaction is not JSON'),
    );
  });

  test.each([[null], [7], ['x'], [[]], [{}]])('the payload %j', (payload) => {
    expect(() => parseInteraction(form(payload))).toThrow(
      invalid('the interaction does not say of which type it is'),
    );
  });

  test.each([
    ['no action', { actions: [] }, 'actions'],
    ['two actions', { actions: [press, press] }, 'actions'],
    ['actions that are no list', { actions: { 0: press } }, 'actions'],
    ['somebody else’s button', { actions: [{ ...press, action_id: 'WaXA' }] }, 'actions.0.action_id'],
    ['a menu', { actions: [{ ...press, type: 'static_select' }] }, 'actions.0.type'],
    ['a button without value', { actions: [{ ...press, value: undefined }] }, 'actions.0.value'],
    ['no user', { user: undefined }, 'user'],
    ['a user id that is none', { user: { id: 'steve' } }, 'user.id'],
    ['no channel', { channel: undefined }, 'channel'],
    ['a modal', { container: { type: 'view', view_id: 'V1' } }, 'container.type'],
    [
      'an odd time stamp',
      { container: { ...documented.container, message_ts: 'x' } },
      'container.message_ts',
    ],
    ['no response_url', { response_url: undefined }, 'response_url'],
    ['no team', { team: null, user: { id: 'UA8RXUSPL' } }, 'team'],
  ])('%s', (_name, change, field) => {
    expect(() => parse(change)).toThrow(
      invalid(`the field ${field} of the interaction is missing or malformed`),
    );
  });

  test('a value that we did not make', () => {
    expect(() => parse({ actions: [{ ...press, value: 'click_me_123' }] })).toThrow(
      invalid('the value of the button is not one that Tagboat gave it'),
    );
  });
});

test.each([
  'https://hooks.slack.com.example.com/actions/1',
  'https://hooks.slack.com@example.com/',
  'http://169.254.169.254/latest/meta-data',
  '',
])('nothing but Slack is answered: %s', (responseUrl) => {
  expect(() => parse({ response_url: responseUrl })).toThrow(
    invalid('the field response_url of the interaction is not a URL of Slack'),
  );
});

test('the local stack’s Slack is answered where it is allowed', () => {
  const responseUrl = 'http://localhost:3000/slack-api/response/1';
  expect(parse({ response_url: responseUrl }, 'http://localhost:3000/slack-api').asker.responseUrl).toBe(
    responseUrl,
  );
});

test('whatever is sent: an explanation', () => {
  const payload = fc.oneof(
    fc.json().map((text) => new URLSearchParams({ payload: text }).toString()),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc
      .record({ type: fc.constant('block_actions'), actions: fc.anything(), user: fc.anything() })
      .map((value) => {
        const text = JSON.stringify(value, (_, one: unknown) =>
          typeof one === 'bigint' ? String(one) : one,
        );
        return new URLSearchParams({ payload: text }).toString();
      }),
  );
  fc.assert(
    fc.property(payload, (body) => {
      expect(() => parseInteraction(slackRequest(body, '1'))).toThrow(TagboatError);
    }),
  );
});
