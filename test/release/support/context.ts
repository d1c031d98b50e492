import { monotonicFactory } from 'ulid';
import type { Clock } from '../../../lib/clock.ts';
import type { Config, EnvironmentConfig } from '../../../lib/config/types.ts';
import type { QueueName, Queues } from '../../../lib/queues/queues.ts';
import { lockGroupOf } from '../../../lib/release/model/lock-group.ts';
import type { ReleaseRequest } from '../../../lib/release/model/release.ts';
import type { Context } from '../../../lib/release/queue/context.ts';
import { createJobs } from '../../../lib/release/queue/jobs.ts';
import { createLeases, type Leases } from '../../../lib/release/record/lease.ts';
import type { OutboxList } from '../../../lib/release/record/outbox.ts';
import { createStore } from '../../../lib/release/record/store.ts';
import { withUndo } from '../../../lib/release/undo/request-undo.ts';
import type { Table } from '../../../lib/store/table.ts';
import { actor } from '../../support/records.ts';
import { scannedLogger } from '../../support/scanned-log.ts';

export const image = 'docker.io/devopswithkubernetes/okeydokey';
export const repository = 'github.com/devops-with-kubernetes/okeydokey';
export const digest = (character: string): string => `sha256:${character.repeat(64)}`;

export const production: EnvironmentConfig = {
  on: 'image-push',
  tags: { semver: '>=0.0.1' },
  configRepo: 'okeydokey',
  files: ['deployment/*.yml'],
  cluster: 'production',
  namespace: 'default',
  deliver: 'apply',
  timeout: 300,
  imageTimeout: 900,
  onFailure: 'notify',
  notify: {},
};

export const configWith = (
  environment: Partial<EnvironmentConfig> = {},
  url = 'https://git.example.com/o.git',
): Config => ({
  clusters: { production: { kubeconfig: 'kms:AAAA' } },
  configRepos: { okeydokey: { url, branch: 'config' } },
  sources: { github: { secret: 'kms:AAAA' } },
  registries: {},
  apps: { okeydokey: { image, repository, environments: { production: { ...production, ...environment } } } },
});

export type Sent = {
  readonly queue: QueueName;
  readonly body: Record<string, unknown>;
  readonly delaySeconds: number | undefined;
};

/** A clock that stands still until it is told otherwise. */
export const fixedClock = (
  start = Date.parse('2026-11-23T12:00:00Z'),
): Clock & { advance(ms: number): void } => {
  let now = start;
  return {
    now: () => now,
    sleep: async () => {},
    advance: (ms) => {
      now += ms;
    },
  };
};

let contexts = 0;

/** What every step works with: the real record, queues that remember what they were sent, and a clock that stands. */
export const createContext = (table: Table, config: Config = configWith()) => {
  const clock = fixedClock();
  const sent: Sent[] = [];
  const queues: Queues = {
    send: async (queue, body, options) => {
      sent.push({ queue, body: body as Record<string, unknown>, delaySeconds: options?.delaySeconds });
    },
  };
  let seed = ++contexts * 7919;
  const ulid = monotonicFactory(() => {
    seed = (seed * 16807 + 11) % 2147483647;
    return seed / 2147483647;
  });
  const newId = (now = clock.now()) => ulid(now);
  const base: Context & { readonly leases: Leases; readonly queues: Queues } = {
    config,
    clock,
    logger: scannedLogger(),
    newId,
    store: createStore({ table, clock, newId }),
    leases: createLeases({ table, clock, newId }),
    queues,
    jobs: createJobs(queues),
  };
  const context = withUndo(base);
  /** Records a release that is owed to a list which nobody looks at, unless one is named. */
  const record = (request: ReleaseRequest, list: OutboxList = 'work#nobody') =>
    context.store.record(request, list, clock.now());
  return { context, clock, sent, store: context.store, record };
};

export const groupOfConfig = (config: Config): string => {
  const repo = config.configRepos.okeydokey;
  if (repo === undefined) throw new Error('the test configuration has no config repo');
  return lockGroupOf(repo);
};

export const requestFor = (tag: string, overrides: Partial<ReleaseRequest> = {}): ReleaseRequest => ({
  app: 'okeydokey',
  environment: 'production',
  kind: 'release',
  image,
  tag,
  digest: digest('a'),
  requestedBy: actor('dockerhub:somebody'),
  source: 'dockerhub',
  delivery: 'delivery-1',
  group: groupOfConfig(configWith()),
  claim: `${tag}@${digest('a')}`,
  ...overrides,
});
