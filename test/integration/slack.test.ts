import { describe, expect, it } from 'vitest';
import { readJson } from './support/answers.ts';
import { openGates, withGate } from './support/gates.ts';
import { type App, deployment, exampleApp, type Project } from './support/project.ts';
import { shareProject } from './support/share.ts';

/** The app of a test, with these tags released one after the other. */
const start = async ({ app: get, stack, slash, git }: Project, name: string, tags: readonly string[]) => {
  const app: App = get(name);
  await app.pushImages('v0.9.0', 'v1.0.0', 'v1.1.0', 'v1.2.0');
  await app.release(...tags);
  return { app, stack, slash, git };
};

describe('without `slack.confirm`', () => {
  const names = ['app-put-back', 'app-record', 'app-hold-all', 'app-hold-tag'];
  const project = shareProject({
    apps: {
      ...Object.fromEntries(names.map((name) => [name, exampleApp(name)])),
      'app-asked': exampleApp('app-asked', {
        environment: { tags: '{ pattern: never }' },
        environments: { staging: { files: '[app-asked/staging/*.yml]', tags: "{ pattern: '.+' }" } },
        files: {
          'app-asked/app.yml': deployment('app-asked', 'example/app-asked:v0.9.0', 1),
          'app-asked/staging/app.yml': deployment('app-asked-staging', 'example/app-asked:v0.9.0', 1),
        },
      }),
    },
  });

  describe('buttons', () => {
    it('put the release back that an undo took away, undo what is rolled out, and say so where it stands no more', async () => {
      const { app, stack, slash } = await start(project(), 'app-put-back', ['v1.0.0']);
      // Slack shows the old message until it is told otherwise.
      const old = app.slackMessages().filter(({ text }) => text.includes('v1.0.0'));
      await app.release('v1.1.0');

      const stale = await app.press('Undo', {}, old);
      await stack.idle();

      expect(stale.replies()).toEqual([
        'Sorry, no: v1.0.0 does not stand in app-put-back production any more; v1.1.0 does',
      ]);
      expect(await app.history()).toEqual(['release v1.1.0 healthy', 'release v1.0.0 healthy']);
      const now = stack.slackMessages().find(({ id }) => id === old[0]?.id);
      expect(JSON.stringify(now?.body)).not.toContain('tagboat-');

      await slash('/undo app-put-back');
      await stack.idle();
      expect(await app.manifest()).toContain('"example/app-put-back:v1.0.0"');

      const back = await app.press('Put v1.1.0 back');
      await stack.idle();

      expect([back.status, back.text, back.replies()]).toEqual([
        200,
        undefined,
        ['app-put-back → production: releasing v1.1.0 by hand; the hold on it is lifted'],
      ]);
      expect(await app.manifest()).toContain('"example/app-put-back:v1.1.0"');
      expect((await slash('/tagboat holds app-put-back')).text).toBe('Nothing is held.');

      await app.press('Undo');
      await stack.idle();

      expect(await app.history()).toEqual([
        'undo v1.0.0 healthy',
        'release v1.1.0 undone',
        'undo v1.0.0 healthy',
        'release v1.1.0 undone',
        'release v1.0.0 healthy',
      ]);
      expect(await stack.deadLetters()).toEqual({});
    });

    it('ask which environment is meant, and undo there', async () => {
      const { app, stack, slash, git } = await start(project(), 'app-asked', ['v1.0.0', 'v1.1.0']);

      const asked = await slash('/undo app-asked');
      const pressed = await app.press('staging');
      await stack.idle();

      expect(asked.text).toBe('Undo: app-asked has several environments; which one?');
      expect(pressed.replies()).toEqual(['Undoing app-asked in staging, from v1.1.0 back to v1.0.0']);
      // The question is gone.
      expect(stack.slackMessages().some(({ text }) => text.includes('which one?'))).toBe(false);
      expect(await app.manifest()).toContain('v0.9.0');
      expect(await git('show', 'config:app-asked/staging/app.yml')).toContain('v1.0.0');
    });
  });

  describe('holds', () => {
    it('of everything keep hooks out, on record and with the reason, and no undo', async () => {
      const { app, stack, slash } = await start(project(), 'app-hold-all', ['v1.0.0', 'v1.1.0']);

      const held = await slash('/tagboat hold app-hold-all for 2h because the schema is migrated');
      const hook = await app.pushTag('v1.2.0');
      type Answer = { readonly skipped: readonly { id: string; reason: string; message: string }[] };
      const answer = await readJson<Answer>(hook, 202);
      await stack.idle();

      expect(held.text).toMatch(
        /^app-hold-all → production: every tag is held until .*: the schema is migrated$/,
      );
      expect(answer.skipped).toMatchObject([{ reason: 'held', id: expect.any(String) }]);
      expect(answer.skipped[0]?.message).toMatch(
        /^every tag is held by slack:U024BE7LH until .*: the schema is migrated$/,
      );
      expect((await app.releases())[0]).toMatchObject({
        id: answer.skipped[0]?.id,
        state: 'skipped',
        code: 'held',
        reason: answer.skipped[0]?.message,
      });
      await slash('/undo app-hold-all');
      await stack.idle();
      expect(await app.manifest()).toContain('v1.0.0');

      await slash('/tagboat unhold app-hold-all');
      await app.release('v1.2.0');
      expect(await app.history()).toEqual([
        'release v1.2.0 healthy',
        'undo v1.0.0 healthy',
        'release v1.2.0 skipped',
        'release v1.1.0 undone',
        'release v1.0.0 healthy',
      ]);
    });

    it('of a tag have to be confirmed away when it is released by hand', async () => {
      const { app, stack, slash } = await start(project(), 'app-hold-tag', ['v1.0.0']);
      await slash('/tagboat hold app-hold-tag v1.1.0 because it drops orders');

      const asked = await slash('/tagboat release app-hold-tag v1.1.0');
      await stack.idle();
      expect([asked.text, (await app.releases()).length]).toEqual([
        'Release v1.1.0 to app-hold-tag production although it is held?',
        1,
      ]);
      await app.press('Release v1.1.0');
      await stack.idle();

      expect(await app.history()).toEqual(['release v1.1.0 healthy', 'release v1.0.0 healthy']);
    });
  });

  it('a history is told, is nothing for strangers, and is gone back in by its numbers', async () => {
    const { app, slash, stack } = await start(project(), 'app-record', ['v1.0.0', 'v1.1.0', 'v1.2.0']);

    const told = JSON.stringify([await slash('/tagboat status'), await slash('/tagboat history app-record')]);
    const shown = app
      .slackMessages()
      .filter(({ type }) => type === 'response')
      .map(({ body }) => JSON.stringify(body))
      .join();

    expect(told).not.toContain('Sorry');
    expect(shown).toContain('`/undo app-record production to #2`');
    expect(shown).toMatch(/#2.*v1\.1\.0.*healthy.*github: octocat/);

    const pressed = await app.press('Undo', { user: 'U0STRANGER' });
    await stack.idle();

    expect(pressed.replies()).toEqual(['Sorry, no: you may not do that in app-record production']);
    expect(await app.manifest()).toContain('v1.2.0');

    await slash('/undo app-record to #1');
    await stack.idle();

    expect(await app.manifest()).toContain('v1.0.0');
  });
});

describe('with `slack.confirm`', () => {
  const careful = shareProject({
    slack: { confirm: 'true' },
    apps: {
      'app-confirmed': exampleApp('app-confirmed'),
      'app-paused': exampleApp('app-paused', {
        files: { 'app-paused/app.yml': withGate(deployment('app-paused', 'example/app-paused:v0.9.0')) },
      }),
    },
  });

  it('an undo is confirmed first', async () => {
    const { app, stack, slash } = await start(careful(), 'app-confirmed', ['v1.0.0', 'v1.1.0']);

    const asked = await slash('/undo app-confirmed');
    await stack.idle();
    expect([asked.text, await app.manifest()]).toEqual([
      'Undo app-confirmed in production?',
      expect.stringContaining('v1.1.0'),
    ]);

    await app.press('Put v1.0.0 back');
    await stack.idle();
    expect(await app.manifest()).toContain('v1.0.0');
  });

  it('a pause stops the rollout in the cluster and its clock, and resume lets it go on', async () => {
    const { app, stack, slash } = await start(careful(), 'app-paused', []);
    const newest = async () => (await app.releases())[0]?.state;
    const openTheGates = () =>
      expect
        .poll(
          async () => {
            await openGates(stack, 'app-paused');
            return newest();
          },
          { interval: 200 },
        )
        .toBe('healthy');
    await app.pushTag('v1.0.0');
    await openTheGates();
    await stack.idle();
    await app.pushTag('v1.1.0');
    await expect.poll(newest).toBe('rolling-out');

    const pausing = await slash('/tagboat pause app-paused');
    await expect.poll(() => app.channel().at(-1)).toContain('v1.1.0 is paused');
    expect((await app.releases())[0]).toMatchObject({ state: 'rolling-out' });
    const resuming = await slash('/tagboat resume app-paused');
    await openTheGates();
    await stack.idle();

    expect([pausing.text, resuming.text]).toEqual([
      'app-paused → production: the rollout is paused',
      'app-paused → production: the rollout goes on',
    ]);
    expect(await app.history()).toEqual(['release v1.1.0 healthy', 'release v1.0.0 healthy']);
  });
});
