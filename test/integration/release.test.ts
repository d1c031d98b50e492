import examples from '@octokit/webhooks-examples';
import { afterEach, describe, expect, it } from 'vitest';
import { deployment, type Project, startProject, user } from './support/project.ts';

let project: Project;
afterEach(() => project.close());

const image = 'codertocat/hello-world';
const repository = 'github.com/Codertocat/Hello-World';
const files = { 'deployment/app.yml': deployment('app', `${image}:initial`), 'README.md': '# Config\n' };

/** What GitHub really sent when somebody pushed the tag `simple-tag`. */
const realPush = (): unknown => {
  const all = examples as unknown as readonly {
    readonly name: string;
    readonly examples: readonly Record<string, unknown>[];
  }[];
  const pushes = all.find(({ name }) => name === 'push')?.examples ?? [];
  const payload = pushes.find((one) => one.ref === 'refs/tags/simple-tag' && one.created === true);
  if (payload === undefined) throw new Error('the examples have no push that creates a tag');
  return payload;
};

const pushImages = async ({ stack }: Project, ...tags: readonly string[]) => {
  await stack.registry.push('example/proxy', 'v1');
  for (const tag of tags) await stack.registry.push(image, tag);
};

describe('a real push webhook', () => {
  it('releases the app it names: one commit that changes the tag and nothing else, a healthy rollout', async () => {
    project = await startProject({ image, repository, files });
    await pushImages(project, 'initial', 'simple-tag');

    const response = await project.hook(realPush());
    const answer = (await response.json()) as { releases: { id: string }[]; skipped: unknown[] };
    await project.stack.idle();

    expect(response.status).toBe(202);
    expect(answer).toMatchObject({
      releases: [
        { app: 'app', environment: 'production', tag: 'simple-tag', state: 'queued', created: true },
      ],
      skipped: [],
    });
    const [release] = await project.releases();
    expect(release).toMatchObject({
      id: answer.releases[0]?.id,
      state: 'healthy',
      image,
      tag: 'simple-tag',
      requestedBy: 'github:Codertocat',
      commit: await project.git('rev-parse', 'config'),
      previous: { tag: 'initial' },
    });
    expect(await project.commits()).toBe(2);
    expect(await project.git('diff', '--unified=0', 'config~1', 'config')).toMatch(
      /@@ -14 \+14 @@ spec:\n- {14}image: "codertocat\/hello-world:initial" {3}# <- here\n\+ {14}image: "codertocat\/hello-world:simple-tag" {3}# <- here$/,
    );
    expect(await project.git('fsck', '--strict', '--full')).toBe('');
    expect(project.channel()).toEqual(['app → production: simple-tag is healthy']);
    expect(await project.stack.deadLetters()).toEqual({});
  });

  it('delivered ten times, and every queue message twice, is one commit, one rollout and one verdict', async () => {
    project = await startProject({ image, repository, files, deliverTwice: true });
    await pushImages(project, 'initial', 'simple-tag');

    const answers = await Promise.all(Array.from({ length: 10 }, () => project.hook(realPush())));
    await project.stack.idle();
    const late = await project.hook(realPush());
    await project.stack.idle();

    expect([...answers, late].map(({ status }) => status)).toEqual(Array(11).fill(202));
    expect((await project.releases()).map(({ state }) => state)).toEqual(['healthy']);
    expect(await project.commits()).toBe(2);
    const verdicts = project.stack.slackMessages().filter(({ text }) => text.includes('is healthy'));
    expect(verdicts).toHaveLength(1);
  });

  it('is answered with what it was skipped for', async () => {
    project = await startProject({ image, repository: 'github.com/somebody/else', files });

    const response = await project.hook(realPush());

    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      releases: [],
      skipped: [
        {
          reason: 'unknown-repository',
          message: 'no app in tagboat.yml has the repository github.com/codertocat/hello-world',
        },
      ],
    });
    expect(await project.commits()).toBe(1);
  });
});

describe('a tag whose image comes later', () => {
  it('waits for the image, then goes out', async () => {
    project = await startProject({ image, repository, files });
    await pushImages(project, 'initial');
    await project.pushTag('v1.0.0');
    await expect.poll(async () => (await project.releases())[0]?.state).toBe('waiting-for-image');

    await pushImages(project, 'v1.0.0');
    await project.stack.idle();

    expect(await project.releases()).toMatchObject([{ state: 'healthy', tag: 'v1.0.0' }]);
  });
});

describe('undo', () => {
  it('puts the last healthy image back, says how it goes, and keeps the tag away', async () => {
    project = await startProject({ image, repository, files });
    await pushImages(project, 'initial', 'v1.0.0', 'v1.1.0', 'v1.2.0');
    for (const tag of ['v1.0.0', 'v1.1.0']) {
      await project.pushTag(tag);
      await project.stack.idle();
    }

    const undo = await project.slash('/undo app');
    await project.stack.idle();
    const redelivered = await project.pushTag('v1.1.0');
    await project.stack.invoke('reconcile', {});
    await project.stack.idle();

    expect(undo).toMatchObject({
      status: 200,
      text: 'Undoing app in production, from v1.1.0 back to v1.0.0',
    });
    expect(project.channel()).toEqual([
      'app → production: v1.0.0 is healthy',
      'app → production: v1.1.0 was undone',
      'app → production: undo to v1.0.0 is healthy',
      `app → production: v1.1.0 was skipped: v1.1.0 is held by <@${user}>: undone from Slack`,
    ]);
    // The bot keeps a message in that very channel: nothing more is said.
    expect(undo.replies()).toEqual([]);
    expect(await redelivered.json()).toMatchObject({ releases: [], skipped: [{ reason: 'held' }] });
    expect((await project.releases()).map(({ kind, tag, state }) => `${kind} ${tag} ${state}`)).toEqual([
      'release v1.1.0 skipped',
      'undo v1.0.0 healthy',
      'release v1.1.0 undone',
      'release v1.0.0 healthy',
    ]);
    expect(await project.git('show', 'config:deployment/app.yml')).toContain(`"${image}:v1.0.0"`);

    await project.pushTag('v1.2.0');
    await project.stack.idle();
    expect((await project.releases())[0]).toMatchObject({ tag: 'v1.2.0', state: 'healthy' });
  });

  it.each([
    ['an app that is not there', '/undo aap', 'Sorry, no: no app is called "aap"; did you mean app?'],
    ['nothing to go back to', '/undo app', 'Sorry, no: nothing was released to app production yet'],
    [
      'another command',
      '/deploy app',
      'Sorry, no: /deploy is not a command of Tagboat; there are /undo and /tagboat',
    ],
  ])('says politely what is wrong with %s', async (_name, line, text) => {
    project = await startProject({ image, repository, files });

    expect(await project.slash(line)).toMatchObject({ status: 200, text });
  });
});
