import { describe, expect, it } from 'vitest';
import { createGithubClient } from '../../../lib/github/client.ts';
import { redeliver } from '../../../lib/release/intake/redeliver.ts';
import { maxRedeliveries } from '../../../lib/release/queue/schedule.ts';
import { createStore } from '../../../lib/release/record/store.ts';
import { answering, startGithubApi } from '../../support/github-api.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { configWith, createContext } from '../support/context.ts';
import { memoryTable } from '../support/memory-table.ts';

const hook = '/repos/devops-with-kubernetes/okeydokey/hooks/1';
const minute = 60_000;
const hour = 60 * minute;

const arrange = async (
  fields: { readonly host?: string; readonly organizations?: readonly string[] } = {},
) => {
  const clock = manualClock();
  const api = await startGithubApi({ clock, token: 'a token' });
  api.addHook(hook);
  const redelivery = { token: 'kms:AAAA', host: 'github.com', organizations: [], ...fields };
  const plain = configWith();
  const other = {
    ...plain.apps.okeydokey,
    image: 'docker.io/example/other',
    repository: 'gitlab.com/group/sub/project',
    environments: {},
  };
  const config = {
    ...plain,
    apps: { ...plain.apps, other },
    sources: { github: { secret: 'kms:AAAA', redelivery } },
  };
  const github = createGithubClient({ base: api.url, token: async () => 'a token', clock });
  const table = memoryTable();
  const plainContext = createContext(table, config).context;
  const store = createStore({ table, clock, newId: plainContext.newId });
  const context = { ...plainContext, clock, store, github: async () => github };
  const run = async () => {
    const before = api.wanted().length;
    const counts = await redeliver(context);
    return { ...counts, wanted: api.wanted().slice(before) };
  };
  return { api, clock, context, run };
};

describe('what GitHub could not deliver', () => {
  it.each([
    ['was answered 503', 503],
    ['was answered 500', 500],
    ['met a connection that failed', 502],
    ['was not answered in time', 504],
    ['has no status at all', 0],
    ['has an empty status', null],
    ['was throttled', 429],
  ])('is delivered again where it %s', async (_name, status) => {
    const { api, clock, run } = await arrange();
    api.addAttempt(hook, 'event', status, clock.now() - 2 * minute);

    expect(await run()).toEqual({ hooks: 1, redelivered: 1, wanted: ['event'] });
  });

  it.each([
    ['was delivered', [202]],
    ['was refused', [401]],
    ['was delivered in a later attempt', [503, 202]],
    ['was refused in a later attempt', [503, 404]],
    ['was delivered in an earlier attempt', [202, 503]],
  ])('is left alone where it %s', async (_name, statuses) => {
    const { api, clock, run } = await arrange();
    for (const [index, status] of statuses.entries())
      api.addAttempt(hook, 'event', status, clock.now() - (10 - index) * minute);

    expect(await run()).toEqual({ hooks: 1, redelivered: 0, wanted: [] });
  });

  it('is left alone where it is older than a day, or has just failed', async () => {
    const { api, clock, run } = await arrange();
    api.addAttempt(hook, 'old', 503, clock.now() - 25 * hour);
    api.addAttempt(hook, 'new', 503, clock.now() - 1_000);

    expect(await run()).toMatchObject({ wanted: [] });
  });

  it('is delivered again a few times, farther and farther apart, and then not any more', async () => {
    const { api, clock, run } = await arrange();
    const start = clock.now();
    api.addAttempt(hook, 'event', 503);
    const after: number[] = [];
    for (; clock.now() < start + 23 * hour; clock.advance(5 * minute)) {
      // Nothing answers at the address of the hook, which is one more failed attempt.
      if ((await run()).redelivered > 0) after.push((clock.now() - start) / minute);
      await api.redelivered();
    }

    expect(after).toEqual([5, 10, 25, 85, 265, 625]);
    expect(after).toHaveLength(maxRedeliveries);
  });

  it('is asked for once, by whichever of two invocations is first', async () => {
    const { api, clock, run } = await arrange();
    api.addAttempt(hook, 'event', 503, clock.now() - 2 * minute);

    await Promise.all([run(), run()]);

    expect(api.wanted()).toEqual(['event']);
  });
});

describe('an event that several hooks are sent', () => {
  it('is counted for each of them by itself, since GitHub gives it one guid for all', async () => {
    const { api, clock, context, run } = await arrange();
    const other = '/repos/devops-with-kubernetes/okeydokey/hooks/2';
    api.addHook(other, { url: 'https://staging.example.com/webhooks/github' });
    for (const one of [other, hook]) api.addAttempt(one, 'event', 503, clock.now() - 2 * minute);

    expect(await run()).toMatchObject({ hooks: 2, redelivered: 2 });
    // By the guid alone the webhook knows that it was asked for.
    expect(await context.store.redeliveries.find('github', 'event')).toMatchObject({ count: 2 });
  });
});

describe('the hooks that are asked about', () => {
  it('are those of each source of GitHub, whatever its name, and of what it is bound to', async () => {
    const { api, clock, context } = await arrange();
    const [redelivery, bound] = [context.config.sources.github?.redelivery, 'github.com/acme/shop'];
    const sources = {
      shop: { type: 'github', secret: 'kms:AAAA', repositories: [bound], redelivery },
      // Nobody asks for these
      quiet: { type: 'github', secret: 'kms:AAAA', repositories: ['github.com/acme/quiet'] },
    };
    api.addHook('/repos/acme/shop/hooks/2', { url: 'https://hooks.example.com/webhooks/shop' });
    api.addHook('/repos/acme/shop/hooks/3', { url: 'https://hooks.example.com/webhooks/github' });
    for (const [index, one] of ['/repos/acme/shop/hooks/2', '/repos/acme/shop/hooks/3'].entries())
      api.addAttempt(one, `event-${index}`, 503, clock.now() - 2 * minute);

    const counts = await redeliver({ ...context, config: { ...context.config, sources } });

    expect([counts, api.wanted()]).toEqual([{ hooks: 1, redelivered: 1 }, ['event-0']]);
  });

  it('are those that point to us, of the repositories of apps and of organizations', async () => {
    const { api, clock, run } = await arrange({ organizations: ['acme'] });
    const others = '/repos/devops-with-kubernetes/okeydokey/hooks/2';
    api.addHook(others, { url: 'https://ci.example.com/hook' });
    api.addHook('/orgs/acme/hooks/3');
    for (const path of [hook, others, '/orgs/acme/hooks/3'])
      api.addAttempt(path, `event of ${path}`, 503, clock.now() - 2 * minute);

    expect(await run()).toEqual({
      hooks: 2,
      redelivered: 2,
      wanted: [`event of ${hook}`, 'event of /orgs/acme/hooks/3'],
    });
  });

  it('are of the host of the token only', async () => {
    const { api, run } = await arrange({ host: 'github.example.com' });

    expect(await run()).toMatchObject({ hooks: 0 });
    expect(api.asked).toEqual([]);
  });

  it('are none where no token is configured', async () => {
    const { api, context } = await arrange();
    const config = { ...context.config, sources: { github: { secret: 'kms:AAAA' } } };

    expect(await redeliver({ ...context, config })).toEqual({ hooks: 0, redelivered: 0 });
    expect(api.asked).toEqual([]);
  });

  it('are asked about where another cannot be', async () => {
    const { api, clock, run } = await arrange({ organizations: ['gone', 'acme'] });
    api.addHook('/orgs/acme/hooks/3');
    api.addAttempt('/orgs/acme/hooks/3', 'event', 503, clock.now() - 2 * minute);
    api.trouble('/repos', answering(500));

    expect(await run()).toEqual({ hooks: 1, redelivered: 1, wanted: ['event'] });
  });

  it('are not asked about any more where GitHub asks to slow down', async () => {
    const { api, run } = await arrange({ organizations: ['acme'] });
    api.addHook('/orgs/acme/hooks/3');
    api.trouble('/repos', answering(403, { 'retry-after': '60' }));

    expect(await run()).toMatchObject({ hooks: 0 });
    expect(api.asked).toHaveLength(1);
  });
});
