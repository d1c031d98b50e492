import { secretSlots } from '../../../../lib/config/slots.ts';
import type { Config } from '../../../../lib/config/types.ts';
import type { Secrets } from '../../../../lib/secrets/unseal.ts';

/** What `tagboat slack` and `tagboat hook` sign and read with, by slot: what senders know, and no key to anything else. */
const isSenders = (slot: string): boolean =>
  slot === 'slack/signingSecret' || slot === 'api/token' || /^sources\/[^/]+\/(?:secret|key)$/.test(slot);

/** Secrets by slot. One that does not open is left out: the stack says so by itself. */
export const commandSecrets = async (
  config: Config,
  { unseal }: Secrets,
): Promise<Readonly<Record<string, string>>> => {
  // The last line of a path names the field: what a secret was before has the slot of the secret.
  const current = secretSlots(config).filter(
    ({ slot, path }) => isSenders(slot) && slot.endsWith(`/${path.at(-1)}`),
  );
  const opened = await Promise.all(
    current.map(async ({ slot, reference }) => {
      const value = await unseal(String(reference), slot).catch(() => undefined);
      return value === undefined ? [] : [[slot, value] as const];
    }),
  );
  return Object.fromEntries(opened.flat());
};
