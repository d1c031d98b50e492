import examples from '@octokit/webhooks-examples';
import { describe, expect, it } from 'vitest';
import { readJson } from './support/answers.ts';
import { deployment, exampleApp, user } from './support/project.ts';
import { shareProject, startOwnProject } from './support/share.ts';
import { revisions } from './support/stack.ts';

const real = {
  image: 'codertocat/hello-world',
  repository: 'github.com/Codertocat/Hello-World',
  files: {
    'deployment/app.yml': deployment('app', 'codertocat/hello-world:initial'),
    'README.md': '# Config\n',
  },
};

type Push = { readonly ref: string; readonly created: boolean; readonly repository: object };

/** What GitHub really sent when the tag `simple-tag` was pushed. */
const realPush = (): Push => {
  const all = examples as unknown as readonly {
    readonly name: string;
    readonly examples: readonly Push[];
  }[];
  const pushes = all.find(({ name }) => name === 'push')?.examples ?? [];
  const payload = pushes.find((one) => one.ref === 'refs/tags/simple-tag' && one.created === true);
  if (payload === undefined) throw new Error('the examples have no push that creates a tag');
  return payload;
};

const project = shareProject({
  apps: {
    app: real,
    'app-late': exampleApp('app-late'),
    'app-undone': exampleApp('app-undone'),
    'app-fresh': exampleApp('app-fresh'),
  },
});

describe('a real push webhook', () => {
  it('releases the app it names: one commit that changes the tag and nothing else, a healthy rollout', async () => {
    const { app: get, git, hook, stack } = project();
    const app = get('app');
    await app.pushImages('initial', 'simple-tag');

    const answer = await readJson<{ releases: { id: string }[] }>(await hook(realPush()), 202);
    await stack.idle();

    expect(answer).toMatchObject({
      releases: [
        { app: 'app', environment: 'production', tag: 'simple-tag', state: 'queued', created: true },
      ],
      skipped: [],
    });
    const [release] = await app.releases();
    expect(release).toMatchObject({
      id: answer.releases[0]?.id,
      state: 'healthy',
      image: app.image,
      tag: 'simple-tag',
      requestedBy: 'github:Codertocat',
      commit: await git('log', '-1', '--format=%H', 'config', '--', 'deployment'),
      previous: { tag: 'initial' },
    });
    expect(await app.commits()).toBe(2);
    expect(await git('show', '--unified=0', '--format=', release?.commit ?? '')).toMatch(
      /@@ -14 \+14 @@ spec:\n- {14}image: "codertocat\/hello-world:initial" {3}# <- here\n\+ {14}image: "codertocat\/hello-world:simple-tag" {3}# <- here$/,
    );
    expect(await git('fsck', '--strict', '--full')).toBe('');
    expect(app.channel()).toEqual(['app → production: simple-tag is healthy']);
    expect(await stack.deadLetters()).toEqual({});
  });

  it('delivered ten times, and every queue message twice, is one commit, one rollout and one verdict', async () => {
    const { commits, hook, pushImages, releases, stack } = await startOwnProject({
      ...real,
      deliverTwice: true,
    });
    await pushImages('initial', 'simple-tag');

    const answers = await Promise.all(Array.from({ length: 10 }, () => hook(realPush())));
    await stack.idle();
    const late = await hook(realPush());
    await stack.idle();

    type Answer = { readonly releases: readonly { readonly id: string; readonly created: boolean }[] };
    const told = await Promise.all([...answers, late].map((answer) => readJson<Answer>(answer, 202)));
    expect(new Set(told.map(({ releases: [one] }) => one?.id)).size).toBe(1);
    expect(told.filter(({ releases: [one] }) => one?.created === true)).toHaveLength(1);
    expect((await releases()).map(({ state }) => state)).toEqual(['healthy']);
    expect(await commits()).toBe(2);
    expect(await revisions(stack)).toEqual(['1']);
    const verdicts = stack.slackMessages().filter(({ text }) => text.includes('is healthy'));
    expect(verdicts).toHaveLength(1);
  });

  it('is answered with what it was skipped for', async () => {
    const payload = realPush();
    const repository = { ...payload.repository, full_name: 'Codertocat/Elsewhere' };
    const { git, hook, stack } = project();
    const before = await git('rev-parse', 'config');

    const response = await hook({ ...payload, repository });
    await stack.idle();

    expect(await readJson(response, 202)).toMatchObject({
      releases: [],
      skipped: [
        {
          reason: 'unknown-repository',
          message: 'no app in tagboat.yml has the repository github.com/codertocat/elsewhere',
        },
      ],
    });
    expect(await git('rev-parse', 'config')).toBe(before);
  });
});

describe('a tag whose image comes later', () => {
  it('waits for the image, then goes out', async () => {
    const app = project().app('app-late');
    await app.pushImages('v0.9.0');
    await app.pushTag('v1.0.0');
    await expect.poll(async () => (await app.releases())[0]?.state).toBe('waiting-for-image');

    await app.pushImages('v1.0.0');
    await project().stack.idle();

    expect(await app.releases()).toMatchObject([{ state: 'healthy', tag: 'v1.0.0' }]);
  });
});

describe('undo', () => {
  it('puts the last healthy image back, says how it goes, and keeps the tag away', async () => {
    const { stack, slash } = project();
    const app = project().app('app-undone');
    await app.pushImages('v0.9.0', 'v1.0.0', 'v1.1.0', 'v1.2.0');
    await app.release('v1.0.0', 'v1.1.0');

    const undo = await slash('/undo app-undone');
    await stack.idle();
    const redelivered = await app.pushTag('v1.1.0');
    await stack.invoke('reconcile', {});
    await stack.idle();

    expect(undo).toMatchObject({
      status: 200,
      text: 'Undoing app-undone in production, from v1.1.0 back to v1.0.0',
    });
    expect(app.channel()).toEqual([
      'app-undone → production: v1.0.0 is healthy',
      'app-undone → production: v1.1.0 was undone',
      'app-undone → production: undo to v1.0.0 is healthy',
      `app-undone → production: v1.1.0 was skipped: v1.1.0 is held by <@${user}>: undone from Slack`,
    ]);
    // The bot keeps a message in that very channel: nothing more is said.
    expect(undo.replies()).toEqual([]);
    expect(await readJson(redelivered, 202)).toMatchObject({ releases: [], skipped: [{ reason: 'held' }] });
    expect(await app.history()).toEqual([
      'release v1.1.0 skipped',
      'undo v1.0.0 healthy',
      'release v1.1.0 undone',
      'release v1.0.0 healthy',
    ]);
    expect(await app.manifest()).toContain('"example/app-undone:v1.0.0"');

    await app.release('v1.2.0');
    expect((await app.releases())[0]).toMatchObject({ tag: 'v1.2.0', state: 'healthy' });
  });

  it.each([
    [
      'an app that is not there',
      '/undo app-frish',
      'Sorry, no: no app is called "app-frish"; did you mean app-fresh?',
    ],
    [
      'nothing to go back to',
      '/undo app-fresh',
      'Sorry, no: nothing was released to app-fresh production yet',
    ],
    [
      'another command',
      '/deploy app-fresh',
      'Sorry, no: /deploy is not a command of Tagboat; there are /undo and /tagboat',
    ],
  ])('says politely what is wrong with %s', async (_name, line, text) => {
    expect(await project().slash(line)).toMatchObject({ status: 200, text });
  });
});
