import { describe, it, vi } from 'vitest';
import { deployment, type ProjectOptions, startProject } from './support/project.ts';

// They mostly wait.
vi.setConfig({ maxConcurrency: 5 });

const image = 'example/app';
const start = async (
  onTestFinished: (close: () => Promise<void>) => void,
  tags: readonly string[],
  options: Partial<ProjectOptions> = {},
) => {
  const project = await startProject({
    image,
    repository: 'github.com/example/app',
    files: { 'deployment/app.yml': deployment('app', `${image}:v0.9.0`) },
    ...options,
  });
  onTestFinished(project.close);
  await project.stack.registry.push('example/proxy', 'v1');
  for (const tag of ['v0.9.0', ...tags]) await project.stack.registry.push(image, tag);
  return {
    project,
    release: async (...wanted: readonly string[]): Promise<void> => {
      for (const tag of wanted) {
        await project.pushTag(tag);
        await project.stack.idle();
      }
    },
    history: async () => (await project.releases()).map(({ kind, tag, state }) => `${kind} ${tag} ${state}`),
    manifest: () => project.git('show', 'config:deployment/app.yml'),
  };
};

describe.concurrent('buttons', () => {
  it('put the release back that an undo took away, and undo what is rolled out', async ({
    expect,
    onTestFinished,
  }) => {
    const { project, release, history, manifest } = await start(onTestFinished, ['v1.0.0', 'v1.1.0']);
    await release('v1.0.0', 'v1.1.0');
    await project.slash('/undo app');
    await project.stack.idle();
    expect(await manifest()).toContain(`"${image}:v1.0.0"`);

    const back = await project.press('Put v1.1.0 back');
    await project.stack.idle();

    expect([back.status, back.text, back.replies()]).toEqual([
      200,
      undefined,
      ['app → production: releasing v1.1.0 by hand; the hold on it is lifted'],
    ]);
    expect(await manifest()).toContain(`"${image}:v1.1.0"`);
    expect((await project.slash('/tagboat holds')).text).toBe('Nothing is held.');

    await project.press('Undo');
    await project.stack.idle();

    expect(await history()).toEqual([
      'undo v1.0.0 healthy',
      'release v1.1.0 undone',
      'undo v1.0.0 healthy',
      'release v1.1.0 undone',
      'release v1.0.0 healthy',
    ]);
    expect(await project.stack.deadLetters()).toEqual({});
  });

  it('under a release that stands no more say so, and do nothing', async ({ expect, onTestFinished }) => {
    const { project, release, history } = await start(onTestFinished, ['v1.0.0', 'v1.1.0']);
    await release('v1.0.0');
    const stale = project.stack.slackMessages();
    await release('v1.1.0');

    // Slack shows the old message until it is told otherwise.
    const old = stale.find(({ text }) => text.includes('v1.0.0'));
    const pressed = await project.press('Undo', {}, old === undefined ? [] : [old]);
    await project.stack.idle();

    expect(pressed.replies()).toEqual([
      'Sorry, no: v1.0.0 does not stand in app production any more; v1.1.0 does',
    ]);
    expect(await history()).toEqual(['release v1.1.0 healthy', 'release v1.0.0 healthy']);
    const now = project.stack.slackMessages().find(({ id }) => id === old?.id);
    expect(JSON.stringify(now?.body)).not.toContain('tagboat-');
  });

  it('ask which environment is meant, and undo there', async ({ expect, onTestFinished }) => {
    const { project, release, manifest } = await start(onTestFinished, ['v1.0.0', 'v1.1.0'], {
      environments: { staging: { files: '[staging/*.yml]' } },
      files: {
        'deployment/app.yml': deployment('app', `${image}:v0.9.0`),
        'staging/app.yml': deployment('app-staging', `${image}:v0.9.0`),
      },
    });
    await release('v1.0.0', 'v1.1.0');

    const asked = await project.slash('/undo app');
    const pressed = await project.press('staging');
    await project.stack.idle();

    expect(asked.text).toBe('Undo: app has several environments; which one?');
    expect(pressed.replies()).toEqual(['Undoing app in staging, from v1.1.0 back to v1.0.0']);
    // The question is gone.
    expect(project.stack.slackMessages().some(({ text }) => text.includes('which one?'))).toBe(false);
    expect(await manifest()).toContain('v1.1.0');
    expect(await project.git('show', 'config:staging/app.yml')).toContain('v1.0.0');
  });

  it('confirm an undo where `slack.confirm` wants it', async ({ expect, onTestFinished }) => {
    const { project, release, manifest } = await start(onTestFinished, ['v1.0.0', 'v1.1.0'], {
      slack: { confirm: 'true' },
    });
    await release('v1.0.0', 'v1.1.0');

    const asked = await project.slash('/undo app');
    await project.stack.idle();
    expect([asked.text, await manifest()]).toEqual([
      'Undo app in production?',
      expect.stringContaining('v1.1.0'),
    ]);

    await project.press('Put v1.0.0 back');
    await project.stack.idle();
    expect(await manifest()).toContain('v1.0.0');
  });

  it('are nothing for strangers', async ({ expect, onTestFinished }) => {
    const { project, release, manifest } = await start(onTestFinished, ['v1.0.0', 'v1.1.0']);
    await release('v1.0.0', 'v1.1.0');

    const pressed = await project.press('Undo', { user: 'U0STRANGER' });

    expect(pressed.replies()).toEqual(['Sorry, no: you may not do that in app production']);
    expect(await manifest()).toContain('v1.1.0');
  });
});

describe.concurrent('holds', () => {
  it('of everything keep hooks out, on record and with the reason, and no undo', async ({
    expect,
    onTestFinished,
  }) => {
    const { project, release, history, manifest } = await start(onTestFinished, [
      'v1.0.0',
      'v1.1.0',
      'v1.2.0',
    ]);
    await release('v1.0.0', 'v1.1.0');

    const held = await project.slash('/tagboat hold app for 2h because the schema is migrated');
    const hook = await project.pushTag('v1.2.0');
    const answer = (await hook.json()) as { skipped: { id: string; reason: string; message: string }[] };
    await project.stack.idle();

    expect(held.text).toMatch(/^app → production: every tag is held until .*: the schema is migrated$/);
    expect(answer.skipped).toMatchObject([{ reason: 'held', id: expect.any(String) }]);
    expect(answer.skipped[0]?.message).toMatch(
      /^every tag is held by slack:U024BE7LH until .*: the schema is migrated$/,
    );
    expect((await project.releases())[0]).toMatchObject({
      id: answer.skipped[0]?.id,
      state: 'skipped',
      code: 'held',
      reason: answer.skipped[0]?.message,
    });
    await project.slash('/undo app');
    await project.stack.idle();
    expect(await manifest()).toContain('v1.0.0');

    await project.slash('/tagboat unhold app');
    await release('v1.2.0');
    expect(await history()).toEqual([
      'release v1.2.0 healthy',
      'undo v1.0.0 healthy',
      'release v1.2.0 skipped',
      'release v1.1.0 undone',
      'release v1.0.0 healthy',
    ]);
  });

  it('of a tag have to be confirmed away when it is released by hand', async ({ expect, onTestFinished }) => {
    const { project, release, history } = await start(onTestFinished, ['v1.0.0', 'v1.1.0']);
    await release('v1.0.0');
    await project.slash('/tagboat hold app v1.1.0 because it drops orders');

    const asked = await project.slash('/tagboat release app v1.1.0');
    await project.stack.idle();
    expect([asked.text, (await project.releases()).length]).toEqual([
      'Release v1.1.0 to app production although it is held?',
      1,
    ]);
    await project.press('Release v1.1.0');
    await project.stack.idle();

    expect(await history()).toEqual(['release v1.1.0 healthy', 'release v1.0.0 healthy']);
  });
});

describe.concurrent('questions', () => {
  it('are answered from the record', async ({ expect, onTestFinished }) => {
    const { project, release } = await start(onTestFinished, ['v1.0.0', 'v1.1.0']);
    await release('v1.0.0', 'v1.1.0');

    const told = JSON.stringify([
      await project.slash('/tagboat status'),
      await project.slash('/tagboat history app'),
    ]);
    const shown = project.stack
      .slackMessages()
      .filter(({ type }) => type === 'acknowledgement')
      .map(({ body }) => JSON.stringify(body))
      .join();

    expect(told).not.toContain('Sorry');
    expect(shown).toContain('`/undo app production to #1`');
    expect(shown).toMatch(/#2.*v1\.1\.0.*healthy.*github: octocat/);
  });

  it('goes back to a number of the history', async ({ expect, onTestFinished }) => {
    const { project, release, manifest } = await start(onTestFinished, ['v1.0.0', 'v1.1.0', 'v1.2.0']);
    await release('v1.0.0', 'v1.1.0', 'v1.2.0');

    await project.slash('/undo app to #1');
    await project.stack.idle();

    expect(await manifest()).toContain('v1.0.0');
  });
});

describe.concurrent('pause', () => {
  it('stops the rollout in the cluster and its clock, and resume lets it go on', async ({
    expect,
    onTestFinished,
  }) => {
    const { project, release, history } = await start(onTestFinished, ['v1.0.0', 'v1.1.0'], {
      files: {
        'deployment/app.yml': deployment('app', `${image}:v0.9.0`, 3).replace(
          'labels: {app: app}}',
          "labels: {app: app}, annotations: {tagboat.dev/ready-after-ms: '2500'}}",
        ),
      },
    });
    await release('v1.0.0');
    await project.pushTag('v1.1.0');
    await expect.poll(async () => (await project.releases())[0]?.state).toBe('rolling-out');

    const pausing = await project.slash('/tagboat pause app');
    await expect.poll(() => pausing.replies()).toEqual(['app → production: the rollout is paused']);
    await expect.poll(() => project.channel().at(-1)).toContain('paused');
    expect((await project.releases())[0]).toMatchObject({ state: 'rolling-out' });
    const resuming = await project.slash('/tagboat resume app');
    await project.stack.idle();

    expect(pausing.text).toBe('Received: /tagboat pause app; the answer follows.');
    expect(resuming.replies()).toEqual(['app → production: the rollout goes on']);
    expect(await history()).toEqual(['release v1.1.0 healthy', 'release v1.0.0 healthy']);
  });
});
