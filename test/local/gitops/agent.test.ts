import { describe, expect, it } from 'vitest';
import { createAgent } from '../../../infra/local/gitops/agent.ts';
import type { Parts } from '../../../infra/local/gitops/parts.ts';
import type { Target } from '../../../infra/local/gitops/types.ts';
import type { EnvironmentConfig } from '../../../lib/config/types.ts';
import type { Remote, Snapshot } from '../../../lib/git/remote.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { manualClock } from '../../support/manual-clock.ts';

const environment: EnvironmentConfig = {
  on: 'tag-push',
  tags: { semver: '*' },
  configRepo: 'config',
  files: ['*.yml'],
  cluster: 'production',
  namespace: 'default',
  deliver: 'agent',
  timeout: 300,
  imageTimeout: 900,
  onFailure: 'notify',
  notify: {},
};

const target = (app: string, own: Partial<EnvironmentConfig> = {}): Target => ({
  app,
  environmentName: 'production',
  environment: { ...environment, ...own },
  image: `docker.io/acme/${app}`,
});

/** Config repos whose tips a test moves, and a cluster that remembers what it was brought to. */
const startAgent = (targets: readonly Target[]) => {
  const tips = new Map([['config', 'a']]);
  const applied: string[] = [];
  const warnings: string[] = [];
  const closing = new AbortController();
  const clock = manualClock();
  const parts: Parts = {
    open: async (name) => {
      const tip = async () => {
        const revision = tips.get(name);
        if (revision === undefined) throw new Error(`${name} does not answer`);
        return { revision } as Snapshot;
      };
      return { tip } satisfies Remote;
    },
    synchronise: async ({ revision }, { app, ...rest }) => {
      applied.push(`${app} ${revision}`);
      return { type: 'unchanged', target: { app, ...rest } };
    },
    signal: closing.signal,
    logger: {
      ...silentLogger,
      warn: (message, fields) => warnings.push(`${message}: ${fields?.configRepo}`),
    },
  };
  const agent = createAgent(parts, targets, clock);
  return { agent, tips, applied, warnings, clock, close: () => closing.abort() };
};

describe('the agent', () => {
  it('looks at the branch every three seconds, and applies each commit once', async () => {
    const { agent, tips, applied, clock, close } = startAgent([target('web')]);
    agent.begin([], { polls: true });
    clock.advance(3_000);
    await expect.poll(() => applied).toEqual(['web a']);
    await agent.sync();
    expect(applied).toEqual(['web a']);

    tips.set('config', 'b');
    await expect
      .poll(() => {
        clock.advance(3_000);
        return applied;
      })
      .toEqual(['web a', 'web b']);
    close();
  });

  it('does not look by itself where it is not to', async () => {
    const { agent, applied, clock } = startAgent([target('web')]);
    agent.begin([], { polls: false });
    clock.advance(60_000);
    expect(await agent.sync()).toEqual([]);
    expect(applied).toEqual(['web a']);
  });

  it('leaves alone what a release applies itself', async () => {
    const { agent, applied } = startAgent([
      target('web'),
      target('api', { deliver: 'apply' }),
      target('shop', { deliver: 'set-image' }),
    ]);
    await agent.sync();
    expect(applied).toEqual(['web a']);
    expect(agent.status().follows.map(({ app, revision }) => `${app} ${revision}`)).toEqual(['web a']);
  });

  it('applies nothing while it is paused, and of what came meanwhile the last', async () => {
    const { agent, tips, applied } = startAgent([target('web')]);
    agent.pause();
    await agent.sync();
    tips.set('config', 'b');
    await agent.sync();
    expect(applied).toEqual([]);
    agent.resume();
    await agent.sync();
    expect(applied).toEqual(['web b']);
  });

  it('says once that a config repo does not answer, and goes on with the others', async () => {
    const { agent, applied, warnings } = startAgent([target('web', { configRepo: 'gone' }), target('api')]);
    await agent.sync();
    await agent.sync();
    expect(warnings).toEqual(['the agent could not read the config repo: gone']);
    expect(applied).toEqual(['api a']);
  });
});
