import type { SourceConfig } from '../config/types.ts';
import type { RotatedSecret } from '../rotated-secret.ts';
import type { Secrets } from '../secrets/unseal.ts';
import type { SourceSecrets } from '../sources/proof.ts';

/** What a source is configured with, each value opened in its own slot when it is asked for. */
export const sourceSecrets = (
  name: string,
  { secret, key, previousSecret, previousKey }: SourceConfig,
  unseal: Secrets['unseal'],
): RotatedSecret<SourceSecrets> => {
  const open = async (sealed: { readonly [Field in 'secret' | 'key']: string | undefined }) => {
    const one = async (field: 'secret' | 'key') => {
      const reference = sealed[field];
      return reference === undefined ? undefined : unseal(reference, `sources/${name}/${field}`);
    };
    const [openSecret, openKey] = await Promise.all([one('secret'), one('key')]);
    return { secret: openSecret, key: openKey };
  };
  const isRotated = previousSecret !== undefined || previousKey !== undefined;
  return {
    current: () => open({ secret, key }),
    previous: isRotated ? () => open({ secret: previousSecret, key: previousKey }) : undefined,
  };
};
