import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Config, EnvironmentConfig } from '../../../lib/config/types.ts';
import { TagboatError } from '../../../lib/errors.ts';
import type { SourceEvent } from '../../../lib/event.ts';
import type { RegistryClient } from '../../../lib/registry/client.ts';
import { intake } from '../../../lib/release/intake/intake.ts';
import { actor, because, given } from '../../support/records.ts';
import { configWith, createContext, digest, production } from '../support/context.ts';
import { startTable } from '../support/table.ts';

let started: Awaited<ReturnType<typeof startTable>>;
beforeAll(async () => {
  started = await startTable();
});
afterAll(() => started.close());

let count = 0;
const arrange = (
  options: {
    environment?: Partial<EnvironmentConfig>;
    staging?: Partial<EnvironmentConfig>;
    registry?: RegistryClient['digestOf'];
  } = {},
) => {
  const app = `intake-${++count}`;
  const image = `docker.io/test/${app}`;
  const repository = `github.com/test/${app}`;
  const config: Config = {
    ...configWith(),
    apps: {
      [app]: {
        image,
        repository,
        environments: {
          production: { ...production, ...options.environment },
          ...(options.staging === undefined ? {} : { staging: { ...production, ...options.staging } }),
        },
      },
    },
  };
  const all = createContext(started.table, config);
  const asked: string[] = [];
  const digestOf: RegistryClient['digestOf'] = async (name, tag) => {
    asked.push(`${name}:${tag}`);
    return options.registry === undefined ? digest('a') : options.registry(name, tag);
  };
  const send = (...events: SourceEvent[]) =>
    intake({ events, ignored: [] }, { ...all.context, registry: async () => ({ digestOf }) });
  const pushed = (tag: string, known?: string): SourceEvent => ({
    type: 'image-pushed',
    source: 'dockerhub',
    delivery: 'hub-1',
    image,
    tag,
    digest: known,
    actor: 'bot',
  });
  const tagged = (tag: string): SourceEvent => ({
    type: 'tag-pushed',
    source: 'github',
    delivery: 'gh-1',
    repository,
    tag,
    revision: undefined,
    actor: 'octocat',
  });
  return { ...all, app, asked, send, pushed, tagged };
};

it('asks the registry before it believes a hook without a digest', async () => {
  const { send, pushed, asked, sent, app } = arrange();

  const answer = await send(pushed('v1.0.0'));

  expect(asked).toEqual([`docker.io/test/${app}:v1.0.0`]);
  expect(answer.releases).toMatchObject([
    { app, environment: 'production', tag: 'v1.0.0', digest: digest('a'), state: 'queued', created: true },
  ]);
  expect(sent.map(({ queue }) => queue)).toEqual(['releases']);
});

it('asks nobody about a tag that is not released anyway', async () => {
  const { send, pushed, asked, sent } = arrange();

  const answer = await send(pushed('latest'));

  expect(answer).toMatchObject({ releases: [], skipped: [{ reason: 'mutable-tag' }] });
  expect([asked, sent]).toEqual([[], []]);
});

it.each([
  ['does not have it', async (): Promise<string | undefined> => undefined],
  [
    'does not answer',
    (): Promise<never> => Promise.reject(new TagboatError('registry-unreachable', 'no answer')),
  ],
] as const)('records the release and goes on asking where the registry %s', async (_name, registry) => {
  const { send, pushed, sent, store, app } = arrange({ registry });

  const answer = await send(pushed('v1.0.0'));

  expect(answer.releases).toMatchObject([{ state: 'queued', created: true }]);
  expect(sent).toMatchObject([{ queue: 'images', body: { type: 'check-image', app, round: 0 } }]);
  expect((await store.outbox.pending('images')).filter((owed) => owed.app === app)).toHaveLength(1);
});

it('finds the same release for a doubled hook, whichever source it comes from', async () => {
  const { send, pushed } = arrange();
  const [first] = (await send(pushed('v1.0.0'))).releases;

  const again = await send(pushed('v1.0.0'));
  const other = await send({ ...pushed('v1.0.0', digest('a')), source: 'distribution', delivery: 'event-9' });

  expect([again, other].map(({ releases }) => releases.map(({ id, created }) => ({ id, created })))).toEqual([
    [{ id: first?.id, created: false }],
    [{ id: first?.id, created: false }],
  ]);
});

it('takes the same tag with another digest for another release', async () => {
  const { send, pushed } = arrange({ environment: { pin: 'digest' } });
  await send(pushed('v1.0.0', digest('a')));

  expect((await send(pushed('v1.0.0', digest('b')))).releases).toMatchObject([{ created: true }]);
});

it('lets the image poller find the image of a Git tag', async () => {
  const { send, tagged, asked, sent } = arrange({ environment: { on: 'tag-push' } });

  const answer = await send(tagged('v1.0.0'));

  expect(answer.releases).toMatchObject([{ tag: 'v1.0.0', state: 'queued' }]);
  expect(asked).toEqual([]);
  expect(sent).toMatchObject([{ queue: 'images', body: { type: 'check-image', round: 0 }, delaySeconds: 0 }]);
});

it('records every event of a payload, not only the first', async () => {
  const { send, pushed } = arrange();

  const answer = await send(
    pushed('v1.0.0', digest('a')),
    pushed('v1.1.0', digest('b')),
    pushed('nightly', digest('c')),
  );

  expect(answer.releases.map(({ tag }) => tag)).toEqual(['v1.0.0', 'v1.1.0']);
  expect(answer.skipped.map(({ tag, reason }) => ({ tag, reason }))).toEqual([
    { tag: 'nightly', reason: 'mutable-tag' },
  ]);
});

const held = {
  environment: 'production',
  tag: 'v1.0.0',
  by: actor('slack:alice'),
  reason: given('drops orders'),
};
const why = 'v1.0.0 is held by slack:alice: drops orders';

it('skips a held tag with the reason of the hold, and records it so', async () => {
  const { send, pushed, store, app, asked } = arrange();
  await store.hold({ ...held, app, createdAt: '' });

  const answer = await send(pushed('v1.0.0'));
  const again = await send(pushed('v1.0.0'));

  const releases = await store.list(app, 'production');
  expect(releases).toMatchObject([{ state: 'skipped', reason: because('held', why) }]);
  expect(answer).toEqual({
    releases: [],
    skipped: [
      {
        app,
        environment: 'production',
        tag: 'v1.0.0',
        reason: 'held',
        message: why,
        id: releases[0]?.id,
      },
    ],
  });
  expect(again).toEqual(answer);
  expect(asked).toEqual([]);
});

it('has people told of what was held back by whoever reads the list', async () => {
  const { send, pushed, store, app, sent } = arrange();
  await store.hold({ ...held, app, createdAt: '' });

  await send(pushed('v1.0.0', digest('a')));

  expect(sent.map(({ queue }) => queue)).toEqual(['releases']);
});

it('skips what is held by a digest that only the registry could say', async () => {
  const { send, pushed, store, app, asked } = arrange({ environment: { pin: 'digest' } });
  await store.hold({ ...held, app, digest: digest('a'), createdAt: '' });

  expect(await send(pushed('v1.0.0'))).toMatchObject({ releases: [], skipped: [{ message: why }] });
  expect(asked).toHaveLength(1);
});

it.each([
  ['failed', ['failed'], 2],
  ['was undone', ['committed', 'rolling-out', 'healthy', 'undone'], 2],
  ['is healthy', ['committed', 'rolling-out', 'healthy'], 1],
  ['is rolling out', ['committed', 'rolling-out'], 1],
] as const)(
  'leaves a release that %s as it is when its hook comes again under a hold',
  async (_name, states, count) => {
    const { send, pushed, store, app } = arrange();
    const [first] = (await send(pushed('v1.0.0', digest('a')))).releases;
    const key = { app, environment: 'production', id: first?.id ?? '' };
    for (const state of states) await store.advance(key, state);
    await store.hold({ ...held, app, createdAt: '' });

    await send(pushed('v1.0.0', digest('a')));
    const { skipped } = await send(pushed('v1.0.0', digest('a')));

    const releases = await store.list(app, 'production');
    expect(releases).toHaveLength(count);
    expect(releases.at(-1)).toMatchObject({ id: key.id, state: states.at(-1) });
    expect(skipped).toMatchObject([{ reason: 'held', id: releases[0]?.id }]);
  },
);

it('skips a release that waits to be written when its hook comes again under a hold', async () => {
  const { send, pushed, store, app } = arrange();
  await send(pushed('v1.0.0', digest('a')));
  await store.hold({ ...held, app, createdAt: '' });

  await send(pushed('v1.0.0', digest('a')));

  expect(await store.list(app, 'production')).toMatchObject([
    { state: 'skipped', reason: because('held', why) },
  ]);
});

it('tries what was held back once the hold is over', async () => {
  const { send, pushed, store, app, clock } = arrange();
  await store.hold({ ...held, app, createdAt: '', until: new Date(clock.now() + 1000).toISOString() });
  await send(pushed('v1.0.0', digest('a')));

  clock.advance(1000);
  const { releases } = await send(pushed('v1.0.0', digest('a')));

  expect(releases).toMatchObject([{ tag: 'v1.0.0', state: 'queued', created: true }]);
  expect((await store.list(app, 'production')).map(({ state }) => state)).toEqual(['queued', 'skipped']);
});

it('holds an environment back, and releases to the other', async () => {
  const { send, pushed, store, app } = arrange({ staging: {} });
  await store.hold({ ...held, app, createdAt: '' });

  const answer = await send(pushed('v1.0.0'));

  expect(answer.releases).toMatchObject([{ environment: 'staging', digest: digest('a'), created: true }]);
  expect(answer.skipped).toMatchObject([{ environment: 'production', reason: 'held' }]);
  expect(await store.list(app, 'production')).toMatchObject([{ state: 'skipped', digest: digest('a') }]);
});

it('has lost nothing when the queue does not answer: reconcile finds the record', async () => {
  const { context, store, app, pushed } = arrange();
  const broken = {
    ...context.jobs,
    processQueue: () => Promise.reject(new TagboatError('queue-unreachable', 'no answer')),
  };

  const answer = await intake(
    { events: [pushed('v1.0.0', digest('a'))], ignored: [] },
    { ...context, jobs: broken, registry: () => Promise.reject(new Error('not asked')) },
  );

  const [release] = await store.list(app, 'production');
  expect(answer.releases).toMatchObject([{ id: release?.id, created: true }]);
  expect((await store.outbox.pending(`work#${release?.group}`)).map(({ id }) => id)).toContain(release?.id);
});
