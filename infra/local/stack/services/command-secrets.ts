import type { Config } from '../../../../lib/config/types.ts';
import type { Secrets } from '../../../../lib/secrets/unseal.ts';

/** What `tagboat slack` signs and reads with. One that does not open is left out: the stack says so by itself. */
export const commandSecrets = async (
  { slack, api }: Config,
  { unseal }: Secrets,
): Promise<{ readonly signingSecret?: string | undefined; readonly apiToken?: string | undefined }> => {
  const open = async (reference: string | undefined, slot: string): Promise<string | undefined> =>
    reference === undefined ? undefined : await unseal(reference, slot).catch(() => undefined);
  const [signingSecret, apiToken] = await Promise.all([
    open(slack?.signingSecret, 'slack/signingSecret'),
    open(api?.token, 'api/token'),
  ]);
  return { signingSecret, apiToken };
};
