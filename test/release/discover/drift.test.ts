import { describe, expect, it } from 'vitest';
import { listDrift } from '../../../lib/release/api/drift.ts';
import { discover } from '../../../lib/release/discover/discover.ts';
import { intake } from '../../../lib/release/intake/intake.ts';
import { createDiscovery } from '../support/discovery.ts';

const manifest = (image: string): string => `apiVersion: v1
kind: Pod
metadata: { name: x }
spec:
  containers: [{ name: x, image: '${image}' }]
`;

/** v1.1.0 was released, after a first look. */
const arrange = async () => {
  const discovery = await createDiscovery();
  const { look, hook, hooks, pushImage, repo, answer, context } = discovery;
  pushImage('v1.0.0');
  await look();
  pushImage('v1.1.0');
  await hook(hooks.image('v1.1.0'));
  return {
    ...discovery,
    edit: (image: string): void => void repo.commits.push(manifest(image)),
    status: async () => JSON.stringify((await answer({ type: 'status' })).blocks),
    drift: () => listDrift({}, context),
  };
};

describe('a config repo that somebody changed by hand', () => {
  it('is shown, with what it has and since which release, and left alone', async () => {
    const { look, edit, status, drift, newest, history, repo } = await arrange();
    edit('example/app:v0.9.0');
    const commits = repo.commits.length;

    expect(await look()).toMatchObject({ drifted: 1, found: 0 });
    expect(await status()).toContain('the config repo has `v0.9.0`, changed by hand since #1 (`v1.1.0`)');
    expect(await drift()).toEqual([
      {
        app: 'app',
        environment: 'production',
        found: [{ tag: 'v0.9.0', digest: undefined }],
        release: { id: (await newest())?.id, number: 1, tag: 'v1.1.0' },
        revision: '3'.padStart(40, '0'),
        since: expect.any(String),
      },
    ]);
    await look();
    expect(repo.commits).toHaveLength(commits);
    expect(await history()).toEqual(['#1 release v1.1.0 healthy']);
  });

  it('is shown where the image is gone from it', async () => {
    const { look, edit, status } = await arrange();
    edit('example/other:v1');

    await look();

    expect(await status()).toContain('the config repo has the image no more, changed by hand since #1');
  });

  it('is not shown any more once it is changed back', async () => {
    const { look, edit, status, drift } = await arrange();
    edit('example/app:v0.9.0');
    await look();
    edit('example/app:v1.1.0');

    expect(await look()).toMatchObject({ drifted: 0 });
    expect([await drift(), (await status()).includes('changed by hand')]).toEqual([[], false]);
  });

  it('is not shown any more as soon as a release has its commit', async () => {
    const { look, edit, hook, hooks, pushImage, status, drift } = await arrange();
    edit('example/app:v0.9.0');
    await look();
    pushImage('v1.2.0');
    await hook(hooks.image('v1.2.0', 'event-2'));

    expect([await drift(), (await status()).includes('changed by hand')]).toEqual([[], false]);
    expect(await look()).toMatchObject({ drifted: 0 });
  });

  it('is not taken for it while a release is about to be committed, of which Git knows first', async () => {
    const { look, edit, hooks, pushImage, context, clock, drift } = await arrange();
    pushImage('v1.2.0');
    await intake(hooks.image('v1.2.0', 'event-2'), context);
    edit('example/app:v1.2.0');

    clock.advance(600_000);
    expect(await discover(context, 120_000)).toMatchObject({ looks: 1, drifted: 0 });
    await look();
    expect(await drift()).toEqual([]);
  });

  it('keeps since when it is known, when something else in it changes', async () => {
    const { look, edit, drift } = await arrange();
    edit('example/app:v0.9.0');
    await look();
    const [first] = await drift();
    edit('example/app:v0.9.0');
    await look();
    const [second] = await drift();

    expect(second?.since).toBe(first?.since);
    expect(second?.revision).not.toBe(first?.revision);
  });

  it('is read only where its branch has moved', async () => {
    const { look, context } = await arrange();
    let reads = 0;
    const openRemote: typeof context.openRemote = async (...given) => {
      const remote = await context.openRemote(...given);
      return {
        tip: async (options) => {
          const tip = await remote.tip(options);
          return {
            ...tip,
            read: (file) => {
              reads += 1;
              return tip.read(file);
            },
          };
        },
      };
    };
    const using = { ...context, openRemote };
    await look(10, using);
    await look(10, using);

    expect(reads).toBe(1);
  });

  it('was not changed by hand where nothing was committed, or an undo was', async () => {
    const discovery = await createDiscovery();
    expect(await discovery.look()).toMatchObject({ drifted: 0 });
    const { look, say, hook, hooks, pushImage } = await arrange();
    pushImage('v1.2.0');
    await hook(hooks.image('v1.2.0', 'event-2'));
    await say({ type: 'undo', app: 'app' });

    expect(await look()).toMatchObject({ drifted: 0 });
  });
});
