import { describe, expect, it } from 'vitest';
import { TagboatError } from '../../../lib/errors.ts';
import { processQueue } from '../../../lib/release/commit/process-queue.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { hooksOfApp as hooks } from '../support/hooks.ts';
import { deployment, useWorker } from '../support/worker.ts';

const { arrange } = useWorker();

const unreachable = () => new TagboatError('cluster-unreachable', 'no answer');
const lastMessage = ({ channel }: Harness): string => JSON.stringify(channel.said.at(-1)?.message);
const refusal = () => new TagboatError('workload-not-found', 'namespace default has no Deployment');

describe('a release that its cluster would not take', () => {
  it('drops out alone: nothing of it is committed, and the others go on in their commit', async () => {
    const { repo, context, group, release, state, store, delivered } = await arrange(
      { web: 'v1.0.0', api: 'v1.0.0' },
      {
        preflight: async ({ files }) =>
          files[0]?.path.includes('web') ? Promise.reject(refusal()) : undefined,
      },
    );
    const [web, api] = [await release('web', 'v1.1.0'), await release('api', 'v1.1.0')];

    await processQueue(group, context);

    const { commit, ...failed } = await store.require(web);
    expect(failed).toMatchObject({ state: 'failed', reason: { code: 'workload-not-found' } });
    expect(commit).toBeUndefined();
    expect(await state(api)).toBe('rolling-out');
    expect(await repo.file('deployment/web.yml')).toContain(':v1.0.0"');
    expect(await repo.file('deployment/api.yml')).toContain(':v1.1.0"');
    expect(await repo.message()).not.toContain(web.id);
    expect(delivered.map(({ image }) => image)).toEqual([api.image]);
  });

  it('leaves no edit in a file that another release shares with it', async () => {
    const all = (nameOf: (app: string) => string, api: string) =>
      `${deployment('web', `example/${nameOf('web')}:v1.0.0`)}---\n${deployment('api', `example/${nameOf('api')}:${api}`)}`;
    const { repo, context, group, release, nameOf, delivered } = await arrange(
      { web: 'v1.0.0', api: 'v1.0.0' },
      {
        files: (nameOf) => ({ 'deployment/all.yml': all(nameOf, 'v1.0.0') }),
        environment: { files: ['deployment/all.yml'] },
        preflight: async ({ image }) => (image.includes('/web') ? Promise.reject(refusal()) : undefined),
      },
    );
    await release('web', 'v1.1.0');
    await release('api', 'v1.1.0');

    await processQueue(group, context);

    expect(await repo.file('deployment/all.yml')).toBe(all(nameOf, 'v1.1.0'));
    expect(delivered.map(({ files }) => files[0]?.text)).toEqual([all(nameOf, 'v1.1.0')]);
  });

  it('is judged by the files of the tip, not by those that an earlier invocation remembers', async () => {
    const { repo, context, group, release, state, nameOf } = await arrange(
      { web: 'v1.0.0' },
      {
        preflight: async ({ files }) =>
          files[0]?.text.includes('mended') ? undefined : Promise.reject(refusal()),
      },
    );
    const bad = await release('web', 'v1.1.0');
    await processQueue(group, context);
    expect(await state(bad)).toBe('failed');
    await repo.commitFile(
      'deployment/web.yml',
      `# mended\n${deployment('web', `example/${nameOf('web')}:v1.0.0`)}`,
      'by hand',
    );
    const good = await release('web', 'v1.2.0');

    await processQueue(group, context);

    expect(await state(good)).toBe('rolling-out');
    expect(await repo.file('deployment/web.yml')).toContain(':v1.2.0"');
  });

  it('is an undo: the hold it would have needed does not stay', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    harness.cluster.refusal = refusal();

    await harness.say({ type: 'undo', app: 'app', environment: 'production' });

    expect(await harness.history()).toEqual(['#2 undo v1.0.0 failed', '#1 release v1.1.0 healthy']);
    expect(harness.runs()).toEqual({ repo: 'v1.1.0', cluster: 'v1.1.0' });
    expect(await harness.held()).toEqual([]);
  });
});

describe('a cluster that does not answer before the commit', () => {
  it('puts the release off, says so once, and commits when it answers', async () => {
    const harness = createHarness();
    harness.cluster.refusal = unreachable();

    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.pass(20_000);

    expect(await harness.history()).toEqual(['#1 release v1.1.0 queued']);
    expect(harness.runs()).toEqual({ repo: 'v1.0.0', cluster: 'v1.0.0' });
    const shown = harness.channel.said.map(({ text }) => text);
    expect(shown.at(-1)).toContain('v1.1.0 is queued: cluster production: no answer');
    expect(shown.filter((text) => text.includes('is queued: cluster'))).toHaveLength(1);
    expect(lastMessage(harness)).toContain('Nothing is committed yet; it is tried again by itself.');

    harness.cluster.refusal = undefined;
    await harness.pass(60_000);

    expect(await harness.history()).toEqual(['#1 release v1.1.0 healthy']);
    expect(harness.runs()).toEqual({ repo: 'v1.1.0', cluster: 'v1.1.0' });
    expect(lastMessage(harness)).not.toContain('is tried again by itself');
  });

  it('fails the release when all attempts are used, with Git as it was', async () => {
    const harness = createHarness();
    harness.cluster.refusal = unreachable();

    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.pass(10 * 60_000);

    expect(await harness.newest()).toMatchObject({
      state: 'failed',
      reason: { code: 'cluster-unreachable' },
    });
    expect((await harness.newest())?.commit).toBeUndefined();
    expect(harness.repo.commits).toHaveLength(1);
    expect(lastMessage(harness)).not.toContain('Git says');
  });

  it('is asked once in an invocation, however many releases and rounds there are', async () => {
    let calls = 0;
    const apps = Object.fromEntries(Array.from('abcdefgh', (app) => [app, 'v1.0.0']));
    const { context, group, release, repo } = await arrange(apps, {
      preflight: () => {
        calls += 1;
        return Promise.reject(unreachable());
      },
    });
    for (const app of Object.keys(apps)) await release(app, 'v1.1.0');

    await processQueue(group, context);

    // A few at a time, of which each finds out for itself.
    expect(calls).toBe(4);
    expect(await repo.commits()).toBe(1);
  });
});

describe('no cluster is asked', () => {
  it('where an agent applies the commit', async () => {
    const { context, group, release, repo } = await arrange(
      { web: 'v1.0.0' },
      { environment: { deliver: 'agent' } },
    );
    await release('web', 'v1.1.0');
    const before: string[] = [];

    await processQueue(group, {
      ...context,
      cluster: async (name) => {
        before.push(`${name} after ${await repo.commits()} commits`);
        return context.cluster(name);
      },
      preflight: () => Promise.reject(new Error('nobody asks')),
    });

    expect(before).toEqual(['production after 2 commits']);
  });

  it('for a release that is committed and has to be delivered', async () => {
    let answers = true;
    const { context, group, release, state, clock } = await arrange(
      { web: 'v1.0.0' },
      {
        preflight: async () => (answers ? undefined : Promise.reject(refusal())),
        deliver: async () => (answers ? Promise.reject(unreachable()) : undefined),
      },
    );
    const one = await release('web', 'v1.1.0');
    await processQueue(group, context);
    expect(await state(one)).toBe('committed');

    answers = false;
    clock.advance(2_000);
    await processQueue(group, context);

    expect(await state(one)).toBe('rolling-out');
  });

  it('for a release whose invocation died between the push and the record of it', async () => {
    let deaths = 0;
    const { context, group, release, state, store, repo } = await arrange(
      { web: 'v1.0.0' },
      { preflight: async () => (deaths === 0 ? undefined : Promise.reject(refusal())) },
    );
    const one = await release('web', 'v1.1.0');
    const dying = {
      ...store,
      advance: (...args: Parameters<typeof store.advance>) => {
        deaths += 1;
        return deaths === 1 ? Promise.reject(new Error('dead')) : store.advance(...args);
      },
    };
    await processQueue(group, { ...context, store: dying });
    expect([await state(one), await repo.commits()]).toEqual(['queued', 2]);

    await store.amend(one, ['queued'], { notBefore: undefined });
    await processQueue(group, context);

    expect([await state(one), await repo.commits()]).toEqual(['rolling-out', 2]);
  });
});

describe('a failure between Git and the cluster', () => {
  it('says that Git is ahead, and what leads out of it', async () => {
    const harness = createHarness();
    harness.cluster.answers = false;
    await harness.hook(hooks.dockerhub('v1.1.0'));
    expect(lastMessage(harness)).toContain('It is tried again by itself.');
    await harness.pass(10 * 60_000);

    expect(await harness.history()).toEqual(['#1 release v1.1.0 failed']);
    expect(harness.runs()).toEqual({ repo: 'v1.1.0', cluster: 'v1.0.0' });
    expect(lastMessage(harness)).toContain(
      'Git says `v1.1.0`, and the cluster may still run `v1.0.0`. An undo puts the last healthy version back into Git, and delivers that. Released by hand, `v1.1.0` is delivered again.',
    );

    harness.cluster.answers = true;
    await harness.say({ type: 'release', app: 'app', environment: 'production', tag: 'v1.1.0' });
    expect(harness.runs()).toEqual({ repo: 'v1.1.0', cluster: 'v1.1.0' });
    expect(await harness.newest()).toMatchObject({ state: 'healthy' });
  });

  it('says nothing of the kind where an agent goes by Git', async () => {
    const harness = createHarness({ deliver: 'agent' });
    harness.cluster.answers = false;
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.pass(10 * 60_000);

    expect(await harness.history()).toEqual(['#1 release v1.1.0 failed']);
    expect(lastMessage(harness)).not.toContain('Git says');
  });
});
