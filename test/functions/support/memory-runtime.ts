import type { Runtime } from '../../../lib/app/runtime.ts';
import type { Config } from '../../../lib/config/types.ts';
import type { Logger } from '../../../lib/logger.ts';
import { createSecrets } from '../../../lib/secrets/unseal.ts';
import { createTimeLeft } from '../../../lib/time-left.ts';
import { createContext } from '../../release/support/context.ts';
import { memoryTable } from '../../release/support/memory-table.ts';

/**
 * What the handlers are made from, with table and queues in memory and `env:` secrets; a registry that has every image.
 * @param digestOf what the registry says of an image
 */
export const memoryRuntime = (
  config: Config,
  env: Readonly<Record<string, string>>,
  logger?: Logger,
  digestOf = async (): Promise<string | undefined> => `sha256:${'a'.repeat(64)}`,
) => {
  const { context, clock, sent } = createContext(memoryTable(), config);
  const opened: string[] = [];
  const secrets = createSecrets({
    kms: () => Promise.reject(new Error('there is no KMS')),
    local: { env, baseDirectory: '/' },
    clock,
  });
  const runtime: Runtime = {
    ...context,
    ...(logger === undefined ? {} : { logger }),
    secrets: {
      unseal: (reference, slot) => {
        opened.push(`${slot} ${reference}`);
        return secrets.unseal(reference, slot);
      },
    },
    registry: async () => ({ digestOf }) as Awaited<ReturnType<Runtime['registry']>>,
    timeLeft: createTimeLeft(clock),
    local: undefined,
  };
  return { runtime, clock, sent, opened };
};
