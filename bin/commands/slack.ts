import path from 'node:path';
import { parseArgs } from 'node:util';
import { followCommand, sendCommand } from '../../infra/local/slack/send.ts';
import { readJson, readStackFile } from '../../infra/local/stack/state.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { TagboatError } from '../../lib/errors.ts';
import { createSecrets } from '../../lib/secrets/unseal.ts';
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
  const sender = await findSender(stack.config, state, io);
  const sent = await sendCommand(stack.url, sender.signingSecret, {
    line,
    user: values.user ?? sender.user,
    channel: values.channel ?? sender.channel,
  });
  io.stdout.write(`${sent.text}\n`);
  if (!sent.accepted) return exitCodes.wrong;
  const healthy = await followCommand(stack.url, sent, (text) => io.stdout.write(`${text}\n`));
  return healthy ? exitCodes.well : exitCodes.wrong;
});

type Sender = { readonly signingSecret: string; readonly user: string; readonly channel: string };

/** Who may send commands, and the secret to sign them with: of the example, or of the tagboat.yml that the stack runs. */
const findSender = async (config: string | undefined, state: string, io: CommandIo): Promise<Sender> => {
  if (config === undefined) {
    const secret = readJson(path.join(state, 'secrets.json')).TAGBOAT_DEMO_SLACK_SIGNING_SECRET;
    return { signingSecret: String(secret ?? ''), user: 'U024BE7LH', channel: 'C0DEPLOYS' };
  }
  const { slack } = loadConfig(config, { local: true });
  if (slack === undefined) throw new TagboatError('config-invalid', `${config} has no \`slack:\``);
  const secrets = createSecrets({
    kms: async () => new (await import('@aws-sdk/client-kms')).KMSClient({}),
    local: { env: io.env, baseDirectory: path.dirname(config) },
  });
  return {
    signingSecret: await secrets.unseal(slack.signingSecret, 'slack/signingSecret'),
    user: slack.allow.users[0] ?? 'U0LOCAL',
    channel: slack.allow.channels[0] ?? 'C0LOCAL',
  };
};
