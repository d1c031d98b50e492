import { sourceSecrets } from '../../../lib/app/source-secrets.ts';
import type { BasicCredentials } from '../runtime/gateway/basic-auth.ts';
import type { Stack } from '../stack/types.ts';
import { keptIdentityKey } from '../webhooks/identity-key.ts';
import type { Announcement } from '../webhooks/retarget.ts';
import { type ConfiguredSource, webhookFor } from '../webhooks/webhook.ts';

/** A request that a person can send from a shell. */
export type ShellRequest = {
  /** POST where absent. */
  readonly method?: 'PUT';
  readonly url: string;
  readonly credentials?: BasicCredentials;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** The secrets of a source, opened. */
export const openSource = async (
  name: string,
  { config, unseal, stateDirectory }: Pick<Stack, 'config' | 'unseal' | 'stateDirectory'>,
): Promise<ConfiguredSource> => {
  const source = config.sources[name] ?? {};
  const secrets = await sourceSecrets(name, source, unseal).current();
  return { name, config: source, secrets: { ...secrets, identityKey: keptIdentityKey(stateDirectory) } };
};

/**
 * The webhook with which a source announces that, as its sender signs it.
 * @throws TagboatError `payload-invalid`, `source-unknown`
 */
export const webhookRequest = (
  url: string,
  source: ConfiguredSource,
  announcement: Announcement,
): ShellRequest => {
  const { pathSuffix, headers, body } = webhookFor(source, announcement);
  return { url: `${url}/webhooks/${source.name}${pathSuffix}`, headers, body };
};

/** The same as a command for a shell; the body is quoted, never interpreted. */
export const toCurl = ({ method, url, credentials, headers, body }: ShellRequest): string =>
  [
    [
      'curl -sS',
      ...(method === undefined ? [] : [`-X ${method}`]),
      ...(credentials === undefined ? [] : [`-u ${quoteWhereNeeded(userAndPassword(credentials))}`]),
      quoteWhereNeeded(url),
    ].join(' '),
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    `--data-raw ${quote(body)}`,
  ].join(' \\\n    ');

/** As curl and skopeo take them. */
export const userAndPassword = ({ username, password }: BasicCredentials): string =>
  `${username}:${password}`;

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const quoteWhereNeeded = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : quote(text));
