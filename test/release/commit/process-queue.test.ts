import { describe, expect, it } from 'vitest';
import { TagboatError } from '../../../lib/errors.ts';
import { processQueue } from '../../../lib/release/commit/process-queue.ts';
import { requestUndo } from '../../../lib/release/undo/request-undo.ts';
import { actor, because, given } from '../../support/records.ts';
import { digest } from '../support/context.ts';
import { deployment, useWorker } from '../support/worker.ts';

const { arrange, arrangeOnGit } = useWorker();

describe('processQueue', () => {
  it('writes the tag and nothing else in one commit, delivers it, and has it watched', async () => {
    const { repo, context, group, delivered, release, store, sent, clock } = await arrangeOnGit({
      web: 'v1.0.0',
    });
    const one = await release('web', 'v1.1.0');

    await processQueue(group, context);

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
      replaced: [{ tag: 'v1.0.0' }],
      deadline: clock.now() + 300_000,
    });
    expect(sent.map(({ queue, body }) => `${queue}:${body.type}`)).toEqual([
      'rollouts:watch-rollout',
      'notifications:state',
    ]);
    expect(await store.outbox.pending(`work#${group}`)).toEqual([]);
  });

  it('carries everything that waits in one commit, and one that cannot be written fails alone', async () => {
    const { repo, context, group, release, state, store } = await arrange(
      { web: 'v1.0.0', api: 'v1.0.0', broken: 'v1.0.0' },
      { files: () => ({ 'deployment/broken.yml': 'image: "example/broken-%:v1.0.0\n  - [nonsense' }) },
    );
    const [web, api, broken] = [
      await release('web', 'v1.1.0'),
      await release('api', 'v2.0.0'),
      await release('broken', 'v1.1.0'),
    ];

    await processQueue(group, context);

    expect(await repo.commits()).toBe(2);
    expect(await repo.file('deployment/web.yml')).toContain(':v1.1.0"');
    expect(await repo.file('deployment/api.yml')).toContain(':v2.0.0"');
    expect([await state(web), await state(api), await state(broken)]).toEqual([
      'rolling-out',
      'rolling-out',
      'failed',
    ]);
    expect(await store.require(broken)).toMatchObject({
      reason: { code: expect.stringMatching(/^manifest-/) },
    });
  });

  it('records what of the files it does not touch, with the release', async () => {
    const { context, group, release, store, nameOf } = await arrange(
      { web: 'v1.0.0' },
      {
        environment: { files: ['deployment/*.yml'] },
        files: (nameOf) => ({
          'deployment/job.yml': `kind: Workflow\napiVersion: argoproj.io/v1alpha1\nimages: [example/${nameOf('web')}:v1.0.0, example/${nameOf('web')}:v1.1.0]\n`,
        }),
      },
    );
    const one = await release('web', 'v1.1.0');

    await processQueue(group, context);

    expect((await store.require(one)).remarks).toEqual({
      first: [
        { type: 'mention', file: 'deployment/job.yml', line: 3, text: `example/${nameOf('web')}:v1.0.0` },
      ],
      total: 1,
    });
  });

  it('fails a release alone whose environment is gone from tagboat.yml', async () => {
    const { repo, context, group, release, state, store, nameOf } = await arrange({
      web: 'v1.0.0',
      api: 'v1.0.0',
    });
    const [web, api] = [await release('web', 'v1.1.0'), await release('api', 'v2.0.0')];
    const { [nameOf('web')]: _gone, ...apps } = context.config.apps;

    await processQueue(group, { ...context, config: { ...context.config, apps } });

    expect(await store.require(web)).toMatchObject({
      state: 'failed',
      reason: { code: 'environment-unknown', message: 'the environment is not in tagboat.yml any more' },
    });
    expect(await state(api)).toBe('rolling-out');
    expect(await repo.file('deployment/web.yml')).toContain(':v1.0.0"');
    expect(await store.outbox.pending(`work#${group}`)).toEqual([]);
  });

  it('does nothing when the same job comes again', async () => {
    const { repo, context, group, delivered, release, sent } = await arrange({ web: 'v1.0.0' });
    await release('web', 'v1.1.0');

    await Promise.all([processQueue(group, context), processQueue(group, context)]);
    await processQueue(group, context);

    expect(await repo.commits()).toBe(2);
    expect(sent.filter(({ body }) => body.state === 'rolling-out')).toHaveLength(1);
    expect(delivered.length).toBeLessThanOrEqual(2);
  });

  it('goes on without a commit where the manifest says it already', async () => {
    const { repo, context, group, release, state, delivered } = await arrange({ web: 'v1.0.0' });
    const one = await release('web', 'v1.0.0');

    await processQueue(group, context);

    expect([await repo.commits(), await state(one), delivered.length]).toEqual([1, 'rolling-out', 1]);
  });

  it('skips what is older than what stands there, also when a remembered tip would have said otherwise', async () => {
    const { repo, context, group, release, store, nameOf } = await arrange({ web: 'v1.0.0' });
    await release('web', 'v1.1.0');
    await processQueue(group, context);
    await repo.commitFile(
      'deployment/web.yml',
      deployment('web', `example/${nameOf('web')}:v3.0.0`),
      'by hand',
    );
    const one = await release('web', 'v2.0.0');

    await processQueue(group, context);

    expect(await store.require(one)).toMatchObject({
      state: 'skipped',
      reason: because('older-than-current', 'v2.0.0 is older than v3.0.0, which the config repo has'),
    });
    expect(await repo.commits()).toBe(3);
  });

  it('reads again and re-applies when somebody else pushed, and keeps their edit of the same file', async () => {
    const { repo, context, group, release, state, nameOf } = await arrangeOnGit({ web: 'v1.0.0' });
    await release('web', 'v1.1.0');
    await processQueue(group, context);
    const edited = deployment('web', `example/${nameOf('web')}:v1.1.0`).replace(
      '# web\n',
      '# web, edited by hand\n',
    );
    await repo.commitFile('deployment/web.yml', edited, 'by hand');
    const one = await release('web', 'v1.2.0');

    await processQueue(group, context);

    expect(await state(one)).toBe('rolling-out');
    expect(await repo.file('deployment/web.yml')).toBe(edited.replace('v1.1.0', 'v1.2.0'));
    expect(await repo.git('log', '--format=%s', 'config')).toContain('by hand');
  });

  it('commits the newest of several releases of one app', async () => {
    const { repo, context, group, release, state } = await arrange({ web: 'v1.0.0' });
    const [newer, older] = [await release('web', 'v1.2.0'), await release('web', 'v1.1.0')];

    await processQueue(group, context);

    expect([await state(newer), await state(older)]).toEqual(['rolling-out', 'superseded']);
    expect(await repo.commits()).toBe(2);
  });

  describe('where a push could not be recorded', () => {
    /** A release that the config repo has, and the record does not. */
    const pushed = async () => {
      const setup = await arrange({ web: 'v1.0.0' });
      const { context, group, release, store } = setup;
      const one = await release('web', 'v1.1.0');
      const advance: typeof store.advance = async () => {
        throw new TagboatError('store-unreachable', 'no answer');
      };
      await processQueue(group, { ...context, store: { ...store, advance } });
      expect([await setup.repo.commits(), (await store.require(one)).state]).toEqual([2, 'queued']);
      setup.clock.advance(60_000);
      return { ...setup, one };
    };

    it('records its commit before a newer release that came meanwhile takes its place', async () => {
      const { context, group, release, store, one, repo } = await pushed();
      const newer = await release('web', 'v1.2.0');

      await processQueue(group, context);

      expect(await store.require(one)).toMatchObject({
        state: 'superseded',
        commit: expect.stringMatching(/^[0-9a-f]{40}$/),
        reason: { releaseId: newer.id },
      });
      expect((await store.require(newer)).replaced).toMatchObject([{ tag: 'v1.1.0' }]);
      expect(await repo.commits()).toBe(3);
    });

    it('delivers it although its tag is held by then: Git has it', async () => {
      const { context, group, store, one, delivered, clock } = await pushed();
      const { app, environment } = one;
      await store.hold({
        ...{ app, environment, tag: '*', by: actor('slack:alice'), reason: given('a freeze') },
        createdAt: new Date(clock.now()).toISOString(),
      });

      await processQueue(group, context);

      expect((await store.require(one)).state).toBe('rolling-out');
      expect(delivered.map(({ tag }) => tag)).toEqual(['v1.1.0']);
    });
  });

  it('releases a fix that was asked for after an undo, though it is older than what is undone', async () => {
    const { context, group, release, state, store, nameOf, clock, repo } = await arrange({ web: 'v1.0.0' });
    const bad = await release('web', 'v2.0.0');
    await processQueue(group, context);
    await store.advance(bad, 'healthy');
    clock.advance(1000);
    const { release: undo } = await requestUndo(
      {
        app: nameOf('web'),
        environment: 'production',
        by: actor('slack:alice'),
        reason: given('bad'),
        source: 'slack',
        delivery: 's',
      },
      context,
    );
    const fix = await release('web', 'v1.0.1');

    await processQueue(group, context);

    expect([await state(undo), await state(fix)]).toEqual(['superseded', 'rolling-out']);
    expect(await repo.file('deployment/web.yml')).toContain(':v1.0.1"');
  });

  it('undoes: puts the old image back in a new commit, marks the release, and keeps the tag away', async () => {
    const { repo, context, group, release, state, store, nameOf } = await arrange({ web: 'v1.0.0' });
    const bad = await release('web', 'v1.1.0');
    await processQueue(group, context);
    await store.advance(bad, 'healthy');
    const { release: undo } = await requestUndo(
      {
        app: nameOf('web'),
        environment: 'production',
        by: actor('slack:alice'),
        reason: given('bad'),
        source: 'slack',
        delivery: 's',
      },
      context,
    );

    await processQueue(group, context);
    const again = await release('web', 'v1.1.0');
    await processQueue(group, context);

    expect([await state(bad), await state(undo), again.id]).toEqual(['undone', 'rolling-out', bad.id]);
    expect(await repo.file('deployment/web.yml')).toContain(':v1.0.0"');
    expect((await repo.message()).split('\n')[0]).toBe(`Undo ${nameOf('web')} to v1.0.0 in production`);
    expect(await repo.commits()).toBe(3);
  });

  it('tells people that a release is undone, also where it could not the first time', async () => {
    const { context, group, release, store, nameOf, sent, clock } = await arrange({ web: 'v1.0.0' });
    const bad = await release('web', 'v1.1.0');
    await processQueue(group, context);
    await store.advance(bad, 'healthy');
    await requestUndo(
      {
        ...{ app: nameOf('web'), environment: 'production', by: actor('slack:alice'), reason: given('bad') },
        ...{ source: 'slack', delivery: 's' },
      },
      context,
    );
    const notify: typeof context.jobs.notify = async () => {
      throw new TagboatError('queue-unreachable', 'no answer');
    };
    await processQueue(group, { ...context, jobs: { ...context.jobs, notify } }).catch(() => undefined);
    expect((await store.require(bad)).state).toBe('undone');
    clock.advance(60_000);

    await processQueue(group, context);

    expect(sent.map(({ body }) => body)).toContainEqual(
      expect.objectContaining({ release: bad.id, state: 'undone' }),
    );
  });

  it('delivers a file that two apps share as the commit has it, to both', async () => {
    const shared = (nameOf: (app: string) => string, web: string, api: string) =>
      `${deployment('web', `example/${nameOf('web')}:${web}`)}---\n${deployment('api', `example/${nameOf('api')}:${api}`)}`;
    const { context, group, release, delivered, nameOf } = await arrange(
      { web: 'v1.0.0', api: 'v1.0.0' },
      {
        files: (nameOf) => ({ 'deployment/all.yml': shared(nameOf, 'v1.0.0', 'v1.0.0') }),
        environment: { files: ['deployment/all.yml'] },
      },
    );
    await release('web', 'v1.1.0');
    await release('api', 'v2.0.0');

    await processQueue(group, context);

    const text = shared(nameOf, 'v1.1.0', 'v2.0.0');
    expect(delivered.map(({ files }) => files)).toEqual([
      [{ path: 'deployment/all.yml', text }],
      [{ path: 'deployment/all.yml', text }],
    ]);
  });

  it('writes the digest behind the tag where the environment pins it', async () => {
    const { repo, context, group, release, nameOf } = await arrange(
      { web: 'v1.0.0' },
      { environment: { pin: 'digest' } },
    );
    await release('web', 'v1.1.0');

    await processQueue(group, context);

    expect(await repo.file('deployment/web.yml')).toContain(
      `"example/${nameOf('web')}:v1.1.0@${digest('a')}" # the version`,
    );
  });
});
