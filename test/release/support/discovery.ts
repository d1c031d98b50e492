import { onTestFinished } from 'vitest';
import type { AppConfig, EnvironmentConfig } from '../../../lib/config/types.ts';
import type { Parsed } from '../../../lib/event.ts';
import { createTagLister } from '../../../lib/git/list-tags.ts';
import { createRegistryClient } from '../../../lib/registry/client.ts';
import type { DiscoverContext } from '../../../lib/release/discover/context.ts';
import { discover } from '../../../lib/release/discover/discover.ts';
import { startMemoryServer } from '../../git/support/memory-server.ts';
import { startTagRegistry } from '../../support/tag-registry.ts';
import { digest } from './context.ts';
import { createHarness } from './harness.ts';
import { hooksOfApp } from './hooks.ts';

const minute = 60_000;
/** As long as the function may run, in milliseconds. */
const invocationMs = 120_000;

/**
 * The harness's app with `reconcile: { every: 10m }`, a registry and a Git server that speak HTTP, and hooks that arrive only where
 * a test says so.
 */
export const createDiscovery = async (
  environment: Partial<EnvironmentConfig> = {},
  {
    pageSize,
    text,
    app,
  }: {
    readonly pageSize?: number;
    readonly text?: string;
    readonly app?: Partial<AppConfig>;
  } = {},
) => {
  const harness = createHarness(environment, text, app);
  const registry = await startTagRegistry(pageSize === undefined ? {} : { pageSize });
  const git = await startMemoryServer();
  onTestFinished(() => git.close());
  const repository = git.create('app', { 'a.txt': 'a' });
  /** The one that the hooks name. */
  const commit = '1'.repeat(40);
  const client = createRegistryClient({
    registries: {},
    unseal: async () => '',
    defaultEndpoint: registry.url,
    clock: harness.clock,
  });
  const listTags = createTagLister({ clock: harness.clock });
  const context: DiscoverContext = {
    ...harness.context,
    config: { ...harness.context.config, reconcile: { every: 600 } },
    registry: async () => client,
    gitTags: () => listTags(`${git.origin}/app.git`),
  };
  /** As the harness's own registry has it, which answers hooks. */
  const digestFor = (tag: string): string => harness.registry.digests.get(tag) ?? digest(tag.at(-1) ?? 'a');

  const run = (using: DiscoverContext = context) => discover(using, invocationMs);
  return {
    ...harness,
    context,
    images: registry,
    git,
    run,
    /** @param madeAt in milliseconds since 1970 */
    pushImage: (tag: string, as = digestFor(tag), madeAt = harness.clock.now()): void => {
      harness.registry.digests.set(tag, as);
      registry.push('example/app', tag, as, new Date(madeAt).toISOString());
    },
    /** @param revision where absent, the commit that the hook of a tag names */
    pushTag: (tag: string, revision = commit): void => {
      repository.refs.set(`refs/tags/${tag}`, revision);
    },
    /** The schedule, some minutes later, and all that follows. */
    look: async (minutes = 10, using: DiscoverContext = context) => {
      harness.clock.advance(minutes * minute);
      const counts = await run(using);
      await harness.settle();
      return counts;
    },
    hooks: {
      image: (tag: string, id = 'event-1'): Parsed => hooksOfApp.distribution(tag, digestFor(tag), id),
      tag: (tag: string, delivery = 'gh-1'): Parsed => hooksOfApp.github(tag, delivery),
    },
  };
};
