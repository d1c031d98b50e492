import type { SourceConfig } from '../config/types.ts';
import type { SourceSecrets } from '../sources/source.ts';

/** Unseals what a source is configured with, each in its own slot. */
export const unsealSource = async (
  name: string,
  config: SourceConfig,
  unseal: (reference: string, slot: string) => Promise<string>,
): Promise<SourceSecrets> => {
  const one = async (field: 'secret' | 'key') => {
    const reference = config[field];
    return reference === undefined ? undefined : unseal(reference, `sources/${name}/${field}`);
  };
  const [secret, key] = await Promise.all([one('secret'), one('key')]);
  return { secret, key };
};
