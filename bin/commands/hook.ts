import path from 'node:path';
import { parseArgs } from 'node:util';
import { type ShellRequest, toCurl, webhookRequest } from '../../infra/local/play/hook.ts';
import { imagePush } from '../../infra/local/play/push-image.ts';
import { configOf } from '../../infra/local/play/slack-sender.ts';
import { readJson } from '../../infra/local/state/directory.ts';
import { registryPasswordVariable } from '../../infra/local/state/secrets.ts';
import { keptIdentityKey } from '../../infra/local/webhooks/identity-key.ts';
import type { Announcement } from '../../infra/local/webhooks/retarget.ts';
import { announces, type ConfiguredSource } from '../../infra/local/webhooks/webhook.ts';
import type { Config } from '../../lib/config/types.ts';
import { TagboatError } from '../../lib/errors.ts';
import { type ImageReference, isTag, parseImage } from '../../lib/image.ts';
import { type Command, exitCodes, reporting } from './command.ts';
import { findStack } from './find-stack.ts';

const usage = `Usage: tagboat hook <source> <tag> [options]

Sends the local stack the webhook of a source of its tagboat.yml (github, gitlab, quay …), signed as its sender signs it, which
announces that tag of an app. The image is pushed to the local registry first.

  --app NAME   of which app (default: the first that the source can announce)
  --no-push    leave the registry as it is: the release waits for its image
  --print      print it as a line for a shell, and send nothing
  --state DIR  state directory of the stack (default: .tagboat, or that of the stack on the usual port)
`;

/** `tagboat hook gitlab v1.2.3` */
export const run: Command = reporting(usage, async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      app: { type: 'string' },
      'no-push': { type: 'boolean' },
      print: { type: 'boolean' },
      state: { type: 'string' },
    },
  });
  const [name, tag, ...more] = positionals;
  if (name === undefined || tag === undefined || more.length > 0) {
    io.stderr.write(usage);
    return exitCodes.usage;
  }
  const { state, stack } = await findStack(values.state, io.env);
  const config = configOf(stack.config);
  const source = configuredSource(name, config, { slots: stack.secrets, state });
  const { [registryPasswordVariable]: password } = readJson(path.join(state, 'secrets.json'));
  const pushing = { url: stack.url, secrets: { [registryPasswordVariable]: String(password ?? '') } };
  const { request, image } = chooseRequest(source, { tag, app: values.app, url: stack.url }, config, pushing);
  if (values.print === true) {
    io.stdout.write(`${toCurl(request)}\n`);
    return exitCodes.well;
  }
  // A Git tag may have a name that no tag of an image can have.
  if (values['no-push'] !== true && isTag(tag))
    for (const push of imagePush(pushing, image.path, tag).requests) await send(push);
  const { status, text } = await send(request);
  io.stdout.write(`${status} ${text}\n`);
  return status === 202 ? exitCodes.well : exitCodes.wrong;
});

const configuredSource = (
  name: string,
  { sources }: Config,
  { slots, state }: { readonly slots: Readonly<Record<string, string>>; readonly state: string },
): ConfiguredSource => {
  const config = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (config === undefined)
    throw new TagboatError(
      'source-unknown',
      `tagboat.yml has no source ${name}; it has ${Object.keys(sources).join(', ') || 'none'}`,
    );
  const [secret, key] = [slots[`sources/${name}/secret`], slots[`sources/${name}/key`]];
  return { name, config, secrets: { secret, key, identityKey: keptIdentityKey(state) } };
};

type Pushing = Parameters<typeof imagePush>[0];
type Chosen = { readonly request: ShellRequest; readonly image: ImageReference };

/** The webhook for the app that was named, or for the first app that the source can announce. */
const chooseRequest = (
  source: ConfiguredSource,
  { tag, app, url }: { readonly tag: string; readonly app: string | undefined; readonly url: string },
  { apps }: Config,
  pushing: Pushing,
): Chosen => {
  const wanted = Object.entries(apps).filter(([name]) => app === undefined || name === app);
  if (wanted.length === 0) throw new TagboatError('command-invalid', `tagboat.yml has no app ${app}`);
  let problem: unknown = new TagboatError(
    'command-invalid',
    `no app has a \`repository\` that ${source.name} could announce`,
  );
  for (const [, { repository, image: reference }] of wanted) {
    const image = parseImage(reference);
    const isTag = announces(source) === 'tag-pushed';
    if (isTag && repository === undefined) continue;
    const announcement: Announcement = isTag
      ? { repository, tag }
      : { image: image.name, tag, digest: imagePush(pushing, image.path, tag).digest };
    try {
      return { request: webhookRequest(url, source, announcement), image };
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
};

const send = async ({
  method = 'POST' as string,
  url,
  headers,
  body,
  credentials,
}: Omit<ShellRequest, 'method'> & { readonly method?: string }): Promise<{
  readonly status: number;
  readonly text: string;
}> => {
  const basic =
    credentials &&
    `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(basic === undefined ? {} : { authorization: basic }) },
    body,
  });
  const text = await response.text();
  if (credentials !== undefined && !response.ok)
    throw new TagboatError('registry-unreachable', `the local registry answers ${response.status} to a push`);
  return { status: response.status, text };
};
