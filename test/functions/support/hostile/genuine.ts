import { createRequire } from 'node:module';
import { slackSignature } from '../../../../infra/local/emulators/slack/client/command.ts';
import { encodeAction } from '../../../../lib/slack/action.ts';
import { githubSignature } from '../../../contract/senders.ts';
import { tagPayload } from '../../../integration/support/github.ts';
import type { Random } from './random.ts';
import { configuredSources, hookOf, sourceEnv } from './sources.ts';

/** Everything that must not be found in a log line; none of it could come about by chance. */
export const secrets = {
  ...sourceEnv,
  signing: 'SIGNING-8f742231b10e8888abcd99yyyzzz85a5',
  responsePath: 'RESPONSE-x9y8z7w6v5u4',
  slackToken: 'VERIFICATION-gIkuvaNzQIHg97ATvDxqgjtO',
};

/** What a sender sends, before anything is done to it. */
export type Genuine = {
  readonly to: 'webhook' | 'slack';
  readonly source: string;
  /** A JSON value, or the fields of a form. */
  readonly payload: unknown;
  /** The bytes of a payload as the sender writes it; of any text, where the payload was changed as text. */
  readonly encode: (text: string) => string;
  readonly path: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** The headers for exactly these bytes, made by who knows the secret or by who does not. */
  readonly headers: (body: Buffer, isForged: boolean) => Readonly<Record<string, string>>;
  readonly forgedPathParameters?: Readonly<Record<string, string>>;
};

type Example = { readonly name: string; readonly examples: readonly Record<string, unknown>[] };
const require = createRequire(import.meta.url);
const examples: readonly Example[] = require('@octokit/webhooks-examples/api.github.com/index.json');

/** Every real payload, and those that bring about a release here. */
const githubPayloads: readonly (readonly [event: string, payload: unknown])[] = [
  ...['v1.0.0', 'v1.2.3-rc.1', 'latest', 'release/1'].map(
    (tag) => ['push', tagPayload(tag, 'DevOps-with-Kubernetes/okeydokey')] as const,
  ),
  ...examples
    .filter(({ name }) => ['push', 'create', 'delete', 'release', 'ping', 'star', 'package'].includes(name))
    .flatMap(({ name, examples: payloads }) => payloads.map((payload) => [name, payload] as const)),
];

const asForm = (text: string): string => new URLSearchParams({ payload: text }).toString();
const asIs = (text: string): string => text;

/** GitHub, with all that it sends, and in a form as well. */
const github = (random: Random): Genuine => {
  const [event, payload] = random.once(2)
    ? (githubPayloads[random.below(4)] ?? [])
    : random.pick(githubPayloads);
  const isForm = random.once(5);
  const secret = sourceEnv[random.once(4) ? 'github_previous_secret' : 'github_secret'] ?? '';
  return {
    to: 'webhook',
    source: 'github',
    payload,
    encode: isForm ? asForm : asIs,
    path: '/webhooks/github',
    pathParameters: { source: 'github' },
    headers: (body, isForged) => ({
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
      'x-github-event': event ?? 'push',
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'x-hub-signature-256': githubSignature(body, isForged ? `${secret}x` : secret),
    }),
  };
};

const slackHeaders = (now: number) => (body: Buffer, isForged: boolean) => {
  const given = isForged ? `${secrets.signing}x` : secrets.signing;
  const timestamp = String(Math.floor(now / 1000));
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': slackSignature(given, body, timestamp),
  };
};

const lines = [
  '/undo okeydokey',
  '/undo okeydokey production to v1.0.0',
  '/tagboat status',
  '/tagboat hold okeydokey v1.0.0 until 18:00 because <@U1|bob> says “no”',
  '/tagboat release okeydokey v1.2.3',
  '/tagboat history okeydokey 30',
  '/tagboat help',
  '/tagboat xyzzy',
];

const command = (random: Random, now: number): Genuine => {
  const [name = '', ...words] = random.pick(lines).split(' ');
  return {
    to: 'slack',
    source: 'slack',
    payload: {
      token: secrets.slackToken,
      team_id: 'T0001',
      channel_id: 'C0DEPLOYS',
      channel_name: 'deploys',
      user_id: 'U024BE7LH',
      user_name: 'steve',
      command: name,
      text: words.join(' '),
      response_url: `https://hooks.slack.com/commands/T0001/1/${secrets.responsePath}`,
      trigger_id: `1334.7384.${random.below(1e9)}`,
    },
    encode: (text) => {
      const fields: unknown = JSON.parse(text);
      const entries = typeof fields === 'object' && fields !== null ? Object.entries(fields) : [];
      const form = new URLSearchParams();
      for (const [key, value] of entries)
        form.append(key, typeof value === 'string' ? value : JSON.stringify(value));
      return form.toString();
    },
    path: '/slack/commands',
    pathParameters: {},
    headers: slackHeaders(now),
  };
};

const button = (random: Random, now: number): Genuine => ({
  to: 'slack',
  source: 'slack',
  payload: {
    type: 'block_actions',
    token: secrets.slackToken,
    team: { id: 'T0001', domain: 'example' },
    user: { id: 'U024BE7LH', username: 'steve', name: 'steve', team_id: 'T0001' },
    container: {
      type: 'message',
      message_ts: '1548261231.000200',
      channel_id: 'C0DEPLOYS',
      is_ephemeral: false,
    },
    trigger_id: `1232.3336.${random.below(1e9)}`,
    channel: { id: 'C0DEPLOYS', name: 'deploys' },
    response_url: `https://hooks.slack-gov.com/actions/T0001/1/${secrets.responsePath}`,
    actions: [
      {
        type: 'button',
        action_id: 'tagboat-0',
        block_id: 'b',
        value: encodeAction({
          type: 'run',
          command: { type: 'undo', app: 'okeydokey', environment: 'production' },
          confirmed: true,
        }),
      },
    ],
  },
  encode: asForm,
  path: '/slack/interactions',
  pathParameters: {},
  headers: slackHeaders(now),
});

/** Something that a real sender could have sent. @param now milliseconds since 1970 */
export type Choice = (random: Random, now: number) => Genuine;

/** Of anybody, the most of it from GitHub and Slack. */
export const anybody: Choice = (random, now) => {
  switch (random.below(8)) {
    case 0:
    case 1:
      return hookOf(random.pick(configuredSources), random, now);
    case 2:
    case 3:
      return command(random, now);
    case 4:
      return button(random, now);
    default:
      return github(random);
  }
};

/** Of the sender of one type of source. */
export const senderOf = (type: string): Choice => {
  const sources = configuredSources.filter((source) => source.type === type);
  return (random, now) =>
    type === 'github' && random.once(2) ? github(random) : hookOf(random.pick(sources), random, now);
};
