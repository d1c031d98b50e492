import path from 'node:path';
import { parseArgs } from 'node:util';
import { exampleConfig } from '../../infra/local/example/example.ts';
import { describeEnd, followUndo } from '../../infra/local/slack/follow.ts';
import { sendCommand } from '../../infra/local/slack/send.ts';
import { readJson, readStackFile } from '../../infra/local/stack/state.ts';
import { loadConfig, parseConfig } from '../../lib/config/load.ts';
import type { Config } from '../../lib/config/types.ts';
import { TagboatError } from '../../lib/errors.ts';
import { createSecrets } from '../../lib/secrets/unseal.ts';
import { parseUndo, type UndoRequest } from '../../lib/slack/undo-command.ts';
import { type Command, type CommandIo, exitCodes, reporting } from './command.ts';

const usage = `Usage: tagboat slack "/undo <app> [environment] [to <tag>]" [options]

Sends a slash command to the local stack, signed as Slack signs it, and shows what is answered until the verdict.

  --state DIR     state directory of the stack (default: .tagboat)
  --user ID       who sends it (default: the first that slack.allow names)
  --channel ID    from where (default: the first that slack.allow names)
`;

/** `tagboat slack "/undo okeydokey"` */
export const run: Command = reporting(usage, async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      state: { type: 'string', default: '.tagboat' },
      user: { type: 'string' },
      channel: { type: 'string' },
    },
  });
  const line = positionals.join(' ').trim();
  if (!line.startsWith('/')) {
    io.stderr.write(`A slash command begins with "/".\n\n${usage}`);
    return exitCodes.usage;
  }
  const state = path.resolve(values.state);
  const stack = readStackFile(state);
  if (stack === undefined)
    throw new TagboatError('local-stack-missing', `no local stack runs with its state in ${state}`);
  const config = configOf(stack.config);
  const sender = await findSender(stack.config, config, state, io);
  const sent = await sendCommand(stack.url, sender.signingSecret, {
    line,
    user: values.user ?? sender.user,
    channel: values.channel ?? sender.channel,
  });
  io.stdout.write(`${sent.text}\n`);
  if (!sent.accepted) return exitCodes.wrong;
  const undo = parseUndo(line.replace(/^\S+/, ''), config);
  const release = await followUndo({
    origin: stack.url,
    token: sender.token,
    undo,
    responseId: sent.responseId,
    show: (text) => io.stdout.write(`${text}\n`),
    patienceMs: patienceOf(config, undo),
  });
  io.stdout.write(
    `${release === undefined ? 'The stack has no such undo on record.' : describeEnd(release)}\n`,
  );
  return release?.state === 'healthy' ? exitCodes.well : exitCodes.wrong;
});

/** The tagboat.yml that the stack runs; the example's where it is given none. */
const configOf = (file: string | undefined): Config =>
  file === undefined ? parseConfig(exampleConfig, { local: true }) : loadConfig(file, { local: true });

/** A release ends by then, one way or the other: image and rollout have their time, and some goes by in queues. */
const patienceOf = (config: Config, { app, environment }: UndoRequest): number => {
  const { timeout = 0, imageTimeout = 0 } = config.apps[app]?.environments[environment] ?? {};
  return (timeout + imageTimeout + 120) * 1000;
};

type Sender = {
  readonly signingSecret: string;
  readonly user: string;
  readonly channel: string;
  /** For `GET /releases`, where the configuration has one. */
  readonly token: string | undefined;
};

/** Who may send commands, and the secret to sign them with: of the example, or of the tagboat.yml that the stack runs. */
const findSender = async (
  file: string | undefined,
  { slack, api }: Config,
  state: string,
  io: CommandIo,
): Promise<Sender> => {
  if (file === undefined) {
    const secret = readJson(path.join(state, 'secrets.json')).TAGBOAT_DEMO_SLACK_SIGNING_SECRET;
    return { signingSecret: String(secret ?? ''), user: 'U024BE7LH', channel: 'C0DEPLOYS', token: undefined };
  }
  if (slack === undefined) throw new TagboatError('config-invalid', `${file} has no \`slack:\``);
  const secrets = createSecrets({
    kms: async () => new (await import('@aws-sdk/client-kms')).KMSClient({}),
    local: { env: io.env, baseDirectory: path.dirname(file) },
  });
  return {
    signingSecret: await secrets.unseal(slack.signingSecret, 'slack/signingSecret'),
    user: slack.allow.users[0] ?? 'U0LOCAL',
    channel: slack.allow.channels[0] ?? 'C0LOCAL',
    token: api === undefined ? undefined : await secrets.unseal(api.token, 'api/token'),
  };
};
