import { loadConfig, parseConfig } from '../../../lib/config/load.ts';
import type { Config } from '../../../lib/config/types.ts';
import { TagboatError } from '../../../lib/errors.ts';
import type { Sender } from '../emulators/slack/client/send.ts';
import { exampleConfig } from '../stack/example/example.ts';
import type { RunningStack } from '../state/stack-file.ts';

/** The tagboat.yml that the stack runs; the example's where it is given none. */
export const configOf = (file: string | undefined): Config =>
  file === undefined ? parseConfig(exampleConfig, { local: true }) : loadConfig(file, { local: true });

/** Who may send commands, and the secret to sign them with, of the tagboat.yml that the stack runs. */
export const findSender = (
  { config: file, secrets }: RunningStack,
  { slack }: Config,
): Omit<Sender, 'origin'> & { readonly token: string | undefined } => {
  if (slack === undefined)
    throw new TagboatError('config-invalid', `${file ?? 'the example'} has no \`slack:\``);
  const signingSecret = secrets['slack/signingSecret'];
  if (signingSecret === undefined)
    throw new TagboatError('secret-not-found', 'the stack has no secret for slack/signingSecret');
  return {
    signingSecret,
    user: slack.allow.users[0] ?? 'U0LOCAL',
    channel: slack.allow.channels[0] ?? 'C0LOCAL',
    token: secrets['api/token'],
  };
};
