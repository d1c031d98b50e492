import { TagboatError } from '../errors.ts';
import { secretSlots } from './slots.ts';
import type { Config } from './types.ts';

/** The name under which the bundles know the configuration. */
export const compiledName = '__TAGBOAT_CONFIG__';

/**
 * The JSON that esbuild puts into the bundles (`define: { [compiledName]: compileConfig(config) }`), so that no function
 * reads YAML or checks a schema at start.
 * @throws TagboatError `secret-local-only` where a secret is not sealed: what is deployed never carries one
 */
export const compileConfig = (config: Config): string => {
  for (const { slot, reference } of secretSlots(config))
    if (typeof reference !== 'string' || !reference.startsWith('kms:'))
      throw new TagboatError('secret-local-only', `${slot} is not sealed; run \`tagboat seal ${slot}\``);
  return JSON.stringify(config);
};
