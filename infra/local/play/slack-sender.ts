import path from 'node:path';
import { loadConfig, parseConfig } from '../../../lib/config/load.ts';
import type { Config } from '../../../lib/config/types.ts';
import { TagboatError } from '../../../lib/errors.ts';
import type { Sender } from '../emulators/slack/client/send.ts';
import { exampleConfig } from '../stack/example/example.ts';
import { readJson } from '../state/directory.ts';
import type { RunningStack } from '../state/stack-file.ts';

/** The tagboat.yml that the stack runs; the example's where it is given none. */
export const configOf = (file: string | undefined): Config =>
  file === undefined ? parseConfig(exampleConfig, { local: true }) : loadConfig(file, { local: true });

/** Who may send commands, and the secret to sign them with: of the example, or of the tagboat.yml that the stack runs. */
export const findSender = (
  { config: file, secrets }: RunningStack,
  { slack }: Config,
  state: string,
): Omit<Sender, 'origin'> & { readonly token: string | undefined } => {
  if (file === undefined) {
    const secret = readJson(path.join(state, 'secrets.json')).TAGBOAT_DEMO_SLACK_SIGNING_SECRET;
    return { signingSecret: String(secret ?? ''), user: 'U024BE7LH', channel: 'C0DEPLOYS', token: undefined };
  }
  if (slack === undefined) throw new TagboatError('config-invalid', `${file} has no \`slack:\``);
  const { signingSecret, apiToken } = secrets;
  if (signingSecret === undefined)
    throw new TagboatError('secret-not-found', 'the stack has no secret for slack/signingSecret');
  return {
    signingSecret,
    user: slack.allow.users[0] ?? 'U0LOCAL',
    channel: slack.allow.channels[0] ?? 'C0LOCAL',
    token: apiToken,
  };
};
