import { monotonicFactory } from 'ulid';
import type { Runtime } from '../../../lib/app/runtime.ts';
import type { Config } from '../../../lib/config/types.ts';
import { type Logger, silentLogger } from '../../../lib/logger.ts';
import type { Queues } from '../../../lib/queues/queues.ts';
import { createJobs } from '../../../lib/release/queue/jobs.ts';
import { createLeases } from '../../../lib/release/record/lease.ts';
import { createStore } from '../../../lib/release/record/store.ts';
import { createSecrets } from '../../../lib/secrets/unseal.ts';
import type { Table } from '../../../lib/store/table.ts';
import { createTimeLeft } from '../../../lib/time-left.ts';
import { memoryTable } from '../../release/support/memory-table.ts';
import { manualClock } from '../../support/manual-clock.ts';

type Options = {
  readonly logger?: Logger;
  readonly table?: Table;
  readonly queues?: Queues;
  /** What the registry says of an image; that it has it, where absent. */
  readonly digestOf?: (image: string, tag: string) => Promise<string | undefined>;
};

/**
 * What the handlers are made from, with table and queues in memory, secrets from `env:`, and a clock that stands.
 * `opened` has every secret that was asked for: its slot and its reference.
 */
export const memoryRuntime = (
  config: Config,
  env: Readonly<Record<string, string>>,
  {
    logger = silentLogger,
    table = memoryTable(),
    queues = { send: async () => {} },
    digestOf = async () => `sha256:${'a'.repeat(64)}`,
  }: Options = {},
) => {
  const clock = manualClock();
  const ulid = monotonicFactory(() => 0.5);
  const newId = (now = clock.now()) => ulid(now);
  const opened: string[] = [];
  const secrets = createSecrets({
    kms: () => Promise.reject(new Error('there is no KMS')),
    local: { env, baseDirectory: '/' },
    clock,
  });
  const runtime: Runtime = {
    config,
    clock,
    logger,
    newId,
    store: createStore({ table, clock, newId }),
    leases: createLeases({ table, clock, newId }),
    queues,
    jobs: createJobs(queues),
    secrets: {
      unseal: (reference, slot) => {
        opened.push(`${slot} ${reference}`);
        return secrets.unseal(reference, slot);
      },
    },
    registry: async () => ({
      digestOf,
      partsOf: async (_image, digest) => [digest],
      tagsOf: async () => undefined,
      createdOf: async () => undefined,
    }),
    timeLeft: createTimeLeft(clock),
    local: undefined,
  };
  return { runtime, clock, opened };
};
