import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../lib/cluster/connect.ts';
import type { Delivery } from '../../lib/cluster/deliver.ts';
import type { AppConfig, Config, EnvironmentConfig } from '../../lib/config/types.ts';
import { TagboatError } from '../../lib/errors.ts';
import { createObjectCache, openRemote } from '../../lib/git/remote.ts';
import { groupOf } from '../../lib/release/group.ts';
import type { Release } from '../../lib/release/release.ts';
import { requestUndo } from '../../lib/release/undo.ts';
import { type WorkContext, work } from '../../lib/release/work.ts';
import { startConfigRepo } from './support/config-repo.ts';
import { configWith, createContext, digest, production } from './support/context.ts';
import { startTable } from './support/table.ts';

let started: Awaited<ReturnType<typeof startTable>>;
beforeAll(async () => {
  started = await startTable();
});
afterAll(() => started.close());

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const deployment = (name: string, image: string) => `# ${name}
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: ${name}
          image: "${image}" # the version
`;

let count = 0;
/** Apps with a Deployment each in one config repo, the real record, real Git, and a cluster that notes what it is given. */
const arrange = async (
  tags: Readonly<Record<string, string>>,
  options: {
    environment?: Partial<EnvironmentConfig>;
    files?: Record<string, string>;
    deliver?: () => Promise<void>;
  } = {},
) => {
  const run = ++count;
  const apps = Object.keys(tags);
  const nameOf = (app: string) => `${app}-${run}`;
  const files = Object.fromEntries(
    apps.map((app) => [`deployment/${app}.yml`, deployment(app, `example/${nameOf(app)}:${tags[app]}`)]),
  );
  const repo = await startConfigRepo({ 'README.md': '# Config\n', ...files, ...options.files });
  closers.push(repo.close);
  const config: Config = {
    ...configWith({}, repo.url),
    apps: Object.fromEntries(
      apps.map((app): [string, AppConfig] => [
        nameOf(app),
        {
          image: `docker.io/example/${nameOf(app)}`,
          environments: {
            production: { ...production, files: [`deployment/${app}.yml`], ...options.environment },
          },
        },
      ]),
    ),
  };
  const all = createContext(started.table, config);
  const configRepo = config.configRepos.okeydokey;
  if (configRepo === undefined) throw new Error('no config repo');
  const group = groupOf(configRepo);
  const delivered: Delivery[] = [];
  const cache = createObjectCache();
  const context: WorkContext = {
    ...all.context,
    openRemote: async (_name, { url, branch }) => openRemote({ url, branch, cache, clock: all.clock }),
    cluster: async () => ({}) as Cluster,
    deliver: async (_cluster, delivery) => {
      await options.deliver?.();
      delivered.push(delivery);
      return [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'okeydokey' }];
    },
    setPaused: async () => [],
  };
  const release = async (app: string, tag: string): Promise<Release> => {
    all.clock.advance(1000);
    const { release } = await all.record(
      {
        app: nameOf(app),
        environment: 'production',
        kind: 'release',
        image: `docker.io/example/${nameOf(app)}`,
        tag,
        digest: digest('a'),
        requestedBy: 'github:octocat',
        source: 'github',
        delivery: 'd',
        group,
        claim: tag,
      },
      `work#${group}`,
    );
    return release;
  };
  return {
    ...all,
    repo,
    context,
    group,
    delivered,
    release,
    nameOf,
    state: async (one: Release) => (await all.store.require(one)).state,
  };
};

describe('work', () => {
  it('writes the tag and nothing else in one commit, delivers it, and has it watched', async () => {
    const { repo, context, group, delivered, release, store, sent, clock } = await arrange({ web: 'v1.0.0' });
    const one = await release('web', 'v1.1.0');

    await work(group, context);

    expect(await repo.git('diff', '--unified=0', '--word-diff=porcelain', 'config~1', 'config')).toContain(
      `-"example/${one.app}:v1.0.0"\n+"example/${one.app}:v1.1.0"`,
    );
    expect(await repo.git('diff', '--stat', 'config~1', 'config')).toContain('1 insertion(+), 1 deletion(-)');
    expect(await repo.git('fsck', '--strict')).toBe('');
    expect(await repo.git('log', '-1', '--format=%B', 'config')).toBe(
      `Release ${one.app} v1.1.0 to production

deployment/web.yml:12: example/${one.app}:v1.0.0 -> example/${one.app}:v1.1.0

Release: ${one.id}
App: ${one.app}
Environment: production
Image: example/${one.app}:v1.1.0@${digest('a')}
Triggered-By: github:octocat`,
    );
    expect(delivered).toMatchObject([
      { mode: 'apply', tag: 'v1.1.0', namespace: 'default', files: [{ path: 'deployment/web.yml' }] },
    ]);
    expect(await store.require(one)).toMatchObject({
      state: 'rolling-out',
      commit: await repo.git('rev-parse', 'config'),
      previous: { tag: 'v1.0.0' },
      deadline: clock.now() + 300_000,
    });
    expect(sent.map(({ queue, body }) => `${queue}:${body.type}`)).toEqual([
      'rollouts:watch',
      'notifications:state',
    ]);
    expect(await store.owed(`work#${group}`)).toEqual([]);
  });

  it('carries everything that waits in one commit, and one that cannot be written fails alone', async () => {
    const { repo, context, group, release, state, store } = await arrange(
      { web: 'v1.0.0', api: 'v1.0.0', broken: 'v1.0.0' },
      { files: { 'deployment/broken.yml': 'image: "example/broken-%:v1.0.0\n  - [nonsense' } },
    );
    const [web, api, broken] = [
      await release('web', 'v1.1.0'),
      await release('api', 'v2.0.0'),
      await release('broken', 'v1.1.0'),
    ];

    await work(group, context);

    expect(await repo.commits()).toBe(2);
    expect([await state(web), await state(api), await state(broken)]).toEqual([
      'rolling-out',
      'rolling-out',
      'failed',
    ]);
    expect(await store.require(broken)).toMatchObject({ code: expect.stringMatching(/^manifest-/) });
  });

  it('does nothing when the same nudge comes again', async () => {
    const { repo, context, group, delivered, release, sent } = await arrange({ web: 'v1.0.0' });
    await release('web', 'v1.1.0');

    await Promise.all([work(group, context), work(group, context)]);
    await work(group, context);

    expect(await repo.commits()).toBe(2);
    expect(sent.filter(({ body }) => body.state === 'rolling-out')).toHaveLength(1);
    expect(delivered.length).toBeLessThanOrEqual(2);
  });

  it('goes on without a commit where the manifest says it already', async () => {
    const { repo, context, group, release, state, delivered } = await arrange({ web: 'v1.0.0' });
    const one = await release('web', 'v1.0.0');

    await work(group, context);

    expect([await repo.commits(), await state(one), delivered.length]).toEqual([1, 'rolling-out', 1]);
  });

  it('skips what is older than what stands there, also when a remembered tip would have said otherwise', async () => {
    const { repo, context, group, release, store, nameOf } = await arrange({ web: 'v1.0.0' });
    await release('web', 'v1.1.0');
    await work(group, context);
    await repo.commitFile(
      'deployment/web.yml',
      deployment('web', `example/${nameOf('web')}:v3.0.0`),
      'by hand',
    );
    const one = await release('web', 'v2.0.0');

    await work(group, context);

    expect(await store.require(one)).toMatchObject({
      state: 'skipped',
      code: 'older-than-current',
      reason: 'v2.0.0 is older than v3.0.0, which the config repo has',
    });
    expect(await repo.commits()).toBe(3);
  });

  it('reads again and re-applies when somebody else pushed, and keeps their edit of the same file', async () => {
    const { repo, context, group, release, state, nameOf } = await arrange({ web: 'v1.0.0' });
    await release('web', 'v1.1.0');
    await work(group, context);
    const edited = deployment('web', `example/${nameOf('web')}:v1.1.0`).replace(
      '# web\n',
      '# web, edited by hand\n',
    );
    await repo.commitFile('deployment/web.yml', edited, 'by hand');
    const one = await release('web', 'v1.2.0');

    await work(group, context);

    expect(await state(one)).toBe('rolling-out');
    expect(await repo.file('deployment/web.yml')).toBe(edited.replace('v1.1.0', 'v1.2.0'));
    expect(await repo.git('log', '--format=%s', 'config')).toContain('by hand');
  });

  it('commits the newest of several releases of one app', async () => {
    const { repo, context, group, release, state } = await arrange({ web: 'v1.0.0' });
    const [newer, older] = [await release('web', 'v1.2.0'), await release('web', 'v1.1.0')];

    await work(group, context);

    expect([await state(newer), await state(older)]).toEqual(['rolling-out', 'superseded']);
    expect(await repo.commits()).toBe(2);
  });

  it('releases a fix that was asked for after an undo, though it is older than what is undone', async () => {
    const { context, group, release, state, store, nameOf, clock, repo } = await arrange({ web: 'v1.0.0' });
    const bad = await release('web', 'v2.0.0');
    await work(group, context);
    await store.advance(bad, 'healthy');
    clock.advance(1000);
    const { release: undo } = await requestUndo(
      {
        app: nameOf('web'),
        environment: 'production',
        by: 'slack:alice',
        reason: 'bad',
        source: 'slack',
        delivery: 's',
      },
      context,
    );
    const fix = await release('web', 'v1.0.1');

    await work(group, context);

    expect([await state(undo), await state(fix)]).toEqual(['superseded', 'rolling-out']);
    expect(await repo.file('deployment/web.yml')).toContain(':v1.0.1"');
  });

  it('undoes: puts the old image back in a new commit, marks the release, and keeps the tag away', async () => {
    const { repo, context, group, release, state, store, nameOf } = await arrange({ web: 'v1.0.0' });
    const bad = await release('web', 'v1.1.0');
    await work(group, context);
    await store.advance(bad, 'healthy');
    const { release: undo } = await requestUndo(
      {
        app: nameOf('web'),
        environment: 'production',
        by: 'slack:alice',
        reason: 'bad',
        source: 'slack',
        delivery: 's',
      },
      context,
    );

    await work(group, context);
    const again = await release('web', 'v1.1.0');
    await work(group, context);

    expect([await state(bad), await state(undo), again.id]).toEqual(['undone', 'rolling-out', bad.id]);
    expect(await repo.file('deployment/web.yml')).toContain(':v1.0.0"');
    expect(await repo.git('log', '-1', '--format=%s', 'config')).toBe(
      `Undo ${nameOf('web')} to v1.0.0 in production`,
    );
    expect(await repo.commits()).toBe(3);
  });

  it('puts a release off when the cluster does not answer, and holds up nobody else', async () => {
    let calls = 0;
    const { context, group, release, state, sent, store, clock } = await arrange(
      { web: 'v1.0.0', api: 'v1.0.0' },
      {
        deliver: async () => {
          calls += 1;
          if (calls === 1) throw new TagboatError('cluster-unreachable', 'no answer');
        },
      },
    );
    const [web, api] = [await release('web', 'v1.1.0'), await release('api', 'v1.1.0')];

    await work(group, context);

    expect([await state(web), await state(api)].toSorted()).toEqual(['committed', 'rolling-out']);
    expect(sent.find(({ body }) => body.type === 'work-later')).toMatchObject({
      queue: 'images',
      delaySeconds: 2,
    });
    clock.advance(2_000);
    await work(group, context);
    expect([await state(web), await state(api)]).toEqual(['rolling-out', 'rolling-out']);
    expect(await store.owed(`work#${group}`)).toEqual([]);
  });

  it('tries what was put off once its time has come, however many nudges arrive meanwhile', async () => {
    const { context, group, release, store, sent } = await arrange(
      { a: 'v1.0.0', b: 'v1.0.0', c: 'v1.0.0', d: 'v1.0.0', e: 'v1.0.0' },
      { deliver: () => Promise.reject(new TagboatError('cluster-unreachable', 'no answer')) },
    );
    const releases = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((app) => release(app, 'v1.1.0')));

    for (let nudge = 0; nudge < 20; nudge++) await work(group, context);

    const attempts = await Promise.all(releases.map(async (one) => (await store.require(one)).attempts));
    expect(attempts).toEqual([1, 1, 1, 1, 1]);
    const later = sent.filter(({ body }) => body.type === 'work-later').map(({ body }) => body.deduplication);
    expect(new Set(later).size).toBe(1);
  });

  it('does not ask a cluster that does not answer again for every release', async () => {
    let calls = 0;
    const apps = Object.fromEntries(Array.from('abcdefgh', (app) => [app, 'v1.0.0']));
    const { context, group, release } = await arrange(apps, {
      deliver: () => {
        calls += 1;
        return Promise.reject(new TagboatError('cluster-unreachable', 'no answer'));
      },
    });
    for (const app of Object.keys(apps)) await release(app, 'v1.1.0');

    await work(group, context);

    expect(calls).toBe(4);
  });

  it('delivers a file that two apps share as the commit has it, to both', async () => {
    const shared = (run: string) =>
      `${deployment('web', `example/web-${run}:v1.0.0`)}---\n${deployment('api', `example/api-${run}:v1.0.0`)}`;
    const run = String(count + 1);
    const { context, group, release, delivered } = await arrange(
      { web: 'v1.0.0', api: 'v1.0.0' },
      { files: { 'deployment/all.yml': shared(run) }, environment: { files: ['deployment/all.yml'] } },
    );
    await release('web', 'v1.1.0');
    await release('api', 'v2.0.0');

    await work(group, context);

    const text = shared(run)
      .replace(`web-${run}:v1.0.0`, `web-${run}:v1.1.0`)
      .replace(`api-${run}:v1.0.0`, `api-${run}:v2.0.0`);
    expect(delivered.map(({ files }) => files)).toEqual([
      [{ path: 'deployment/all.yml', text }],
      [{ path: 'deployment/all.yml', text }],
    ]);
  });

  it('fails a release, and says why, when the cluster refuses the credentials', async () => {
    const { context, group, release, store, sent } = await arrange(
      { web: 'v1.0.0' },
      {
        deliver: () => Promise.reject(new TagboatError('cluster-credentials-refused', 'Unauthorized')),
      },
    );
    const one = await release('web', 'v1.1.0');

    await work(group, context);

    expect(await store.require(one)).toMatchObject({
      state: 'failed',
      code: 'cluster-credentials-refused',
      reason: 'cluster production: Unauthorized',
    });
    expect(sent.at(-1)).toMatchObject({ queue: 'notifications', body: { state: 'failed' } });
  });

  it('gives up on a passing fault that does not pass', async () => {
    const { context, group, release, store, sent, clock } = await arrange(
      { web: 'v1.0.0' },
      { deliver: () => Promise.reject(new TagboatError('cluster-unreachable', 'no answer')) },
    );
    const one = await release('web', 'v1.1.0');

    for (let attempt = 0; attempt < 8; attempt++) {
      await work(group, context);
      clock.advance(120_000);
    }

    expect(await store.require(one)).toMatchObject({ state: 'failed', code: 'cluster-unreachable' });
    expect(
      sent.filter(({ body }) => body.type === 'work-later').map(({ delaySeconds }) => delaySeconds),
    ).toEqual([2, 4, 8, 16, 32, 64, 120]);
  });

  it('writes the digest behind the tag where the environment pins it', async () => {
    const { repo, context, group, release, nameOf } = await arrange(
      { web: 'v1.0.0' },
      { environment: { pin: 'digest' } },
    );
    await release('web', 'v1.1.0');

    await work(group, context);

    expect(await repo.file('deployment/web.yml')).toContain(
      `"example/${nameOf('web')}:v1.1.0@${digest('a')}" # the version`,
    );
  });
});
