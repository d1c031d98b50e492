import { describe, expect, it } from 'vitest';
import { TagboatError } from '../../../lib/errors.ts';
import { discover } from '../../../lib/release/discover/discover.ts';
import { dueApps } from '../../../lib/release/discover/interval.ts';
import { configWith } from '../support/context.ts';
import { createDiscovery } from '../support/discovery.ts';

const minute = 60_000;

describe('what a look asks', () => {
  it('of a registry with a thousand tags is one request, one where nothing has changed, and two for a new tag', async () => {
    const { look, pushImage, images } = await createDiscovery();
    for (let count = 0; count < 999; count += 1) pushImage(`v0.0.${count}`);
    await look();
    const first = images.asked();
    await look();
    const unchanged = images.asked();
    pushImage('v1.1.0');
    await look();

    expect(first).toEqual(['GET /v2/example/app/tags/list?n=1000']);
    expect(unchanged).toEqual(['GET /v2/example/app/tags/list?n=1000']);
    expect(images.asked()).toEqual([
      'GET /v2/example/app/tags/list?n=1000',
      'HEAD /v2/example/app/manifests/v1.1.0',
    ]);
  });

  it('of a registry with small pages is a request a page, and nothing more where nothing has changed', async () => {
    const { look, pushImage, images, history } = await createDiscovery({}, { pageSize: 100 });
    for (let count = 0; count < 1000; count += 1) pushImage(`v0.0.${count}`);
    await look();
    expect(images.asked()).toHaveLength(10);
    await look();
    expect(images.asked()).toHaveLength(10);
    pushImage('v1.1.0');
    await look();

    expect(images.asked()).toHaveLength(12);
    expect(await history()).toEqual(['#1 release v1.1.0 healthy']);
  });

  it('of a Git server with a thousand tags is one request, once it is known', async () => {
    const { look, pushTag, git } = await createDiscovery({ on: 'tag-push' });
    for (let count = 0; count < 1000; count += 1) pushTag(`v0.0.${count}`);
    await look();
    expect(git.exchanges.splice(0)).toHaveLength(2);
    pushTag('v1.1.0');

    await look();

    expect(git.exchanges.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /app.git/git-upload-pack',
    ]);
  });

  it('is nothing before its time, and nothing of an app that is never looked at', async () => {
    const { look, images, context } = await createDiscovery();
    await look();
    images.asked();

    expect(await look(9)).toMatchObject({ looks: 0 });
    expect(await look(1)).toMatchObject({ looks: 1 });
    expect(images.asked()).toHaveLength(1);
    const { app } = context.config.apps;
    if (app === undefined) throw new Error('there is no app');
    const apps = { app: { ...app, reconcile: { every: 'never' } as const } };
    expect(await look(60, { ...context, config: { ...context.config, apps } })).toMatchObject({ looks: 0 });
  });
});

describe('a host that asks to slow down', () => {
  it('is not asked before its time, by other invocations neither', async () => {
    const { look, pushImage, images, history } = await createDiscovery();
    await look();
    pushImage('v1.1.0');
    images.asked();
    Object.assign(images.fault, { status: 429, headers: { 'retry-after': '1500' } });
    await look();
    expect(images.asked()).toHaveLength(1);
    images.fault.status = undefined;

    await look();
    await look();
    expect(images.asked()).toEqual([]);
    await look();

    expect(await history()).toEqual(['#1 release v1.1.0 healthy']);
  });
});

describe('the host of a config repo that asks to slow down', () => {
  const arrange = async () => {
    const discovery = await createDiscovery();
    const { context, look, pushImage, images } = discovery;
    let tips = 0;
    const slow: typeof context = {
      ...context,
      openRemote: async () => ({
        tip: async () => {
          tips += 1;
          throw new TagboatError('git-unreachable', 'slow down', { retryAfterSeconds: 3600 });
        },
      }),
    };
    pushImage('v1.1.0');
    // The first look reads what stands in the manifests.
    await look(10, slow);
    images.asked();
    return { ...discovery, slow, tips: () => tips };
  };

  it('is left alone, and the registry is asked as before', async () => {
    const { look, slow, tips, images } = await arrange();
    expect(tips()).toBe(1);

    await look(10, slow);
    await look(10, slow);

    expect(images.asked()).toHaveLength(2);
    expect(tips()).toBe(1);
  });

  it('keeps nothing of the first look, so that the next one that it answers finds the same', async () => {
    const { look, slow, tips, history } = await arrange();
    await look(10, slow);
    await look(50);

    expect(tips()).toBe(1);
    expect(await history()).toEqual(['#1 release v1.1.0 healthy']);
  });
});

/** Apps with an image each, on the harness's registry. */
const arrangeApps = async (names: readonly string[]) => {
  const discovery = await createDiscovery();
  const { app } = discovery.context.config.apps;
  if (app === undefined) throw new Error('there is no app');
  const apps = Object.fromEntries(
    names.map((name) => [name, { ...app, image: `docker.io/example/${name}`, repository: undefined }]),
  );
  const context = { ...discovery.context, config: { ...discovery.context.config, apps } };
  const releasedOf = async (name: string) =>
    (await discovery.store.list(name, 'production')).map(({ tag }) => tag);
  return { ...discovery, context, releasedOf };
};

describe('several apps', () => {
  it('do not wait for one with whom something is wrong', async () => {
    const { look, images, context, releasedOf } = await arrangeApps(['bad', 'good']);
    const registry = async () => {
      const client = await context.registry();
      const tagsOf: typeof client.tagsOf = async (image, options) => {
        if (image.endsWith('/bad')) throw new TagboatError('registry-denied', 'not allowed');
        return client.tagsOf(image, options);
      };
      return { ...client, tagsOf };
    };
    const using = { ...context, registry };
    await look(10, using);
    images.push('example/good', 'v1.1.0', `sha256:${'0'.repeat(64)}`);

    expect(await look(10, using)).toMatchObject({ looks: 2, found: 1 });
    expect(await releasedOf('good')).toEqual(['v1.1.0']);
  });

  it('have their turn in the next invocation, where one had no time for them', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const { clock, context, images } = await arrangeApps(names);
    const registry = async () => {
      const client = await context.registry();
      const tagsOf: typeof client.tagsOf = async (...given) => {
        clock.advance(25_000);
        return client.tagsOf(...given);
      };
      return { ...client, tagsOf };
    };
    const asked: string[][] = [];
    for (let count = 0; count < 2; count += 1) {
      await discover({ ...context, registry }, 120_000);
      asked.push(images.asked().map((request) => /example\/(\w)/.exec(request)?.[1] ?? ''));
    }

    expect(asked).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
  });
});

it('an app that takes all of the time of an invocation is not the first of the next', async () => {
  const { clock, context, images } = await arrangeApps(['a', 'b']);
  const keep = () => Promise.reject(new TagboatError('store-unreachable', 'the process was killed'));
  const killed = { ...context, store: { ...context.store, looks: { ...context.store.looks, keep } } };
  await expect(discover(killed, 120_000)).rejects.toMatchObject({ code: 'store-unreachable' });
  images.asked();
  clock.advance(10 * minute);

  await discover(context, 120_000);

  expect(images.asked().map((request) => /example\/(\w)/.exec(request)?.[1])).toEqual(['b', 'a']);
});

describe('an app is due', () => {
  const config = { ...configWith(), reconcile: { every: 60 } };
  const due = (secondsAgo: number): readonly string[] =>
    dueApps(config, new Map([['okeydokey', { askedAt: 0, listings: {} }]]), secondsAgo * 1000);

  it('once a minute of a schedule of a minute, which may come early', () => {
    expect([due(30), due(50), due(61)]).toEqual([[], ['okeydokey'], ['okeydokey']]);
  });

  it('that was never looked at', () => {
    expect(dueApps(config, new Map(), minute)).toEqual(['okeydokey']);
  });
});
