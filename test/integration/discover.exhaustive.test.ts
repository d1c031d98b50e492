import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createBareRepository } from '../../infra/local/emulators/git-server/create-repository.ts';
import { startMemoryServer } from '../git/support/memory-server.ts';
import { gitBytes } from '../git/support/repository.ts';
import { useShell } from '../git/support/shell.ts';
import { temporaryDirectory } from './support/process.ts';
import { getReleases, startTestStack } from './support/stack.ts';
import { deployment } from './support/tagboat-yml.ts';

useShell();

const environment = (app: string, on: string): string =>
  `{ on: ${on}, tags: { semver: '>=1.0.0' }, configRepo: config, files: [${app}.yml], cluster: here, timeout: 10m }`;

/** No source at all: whatever is released, no hook announced it. */
const tagboatYml = (repository: string, gitHost: string): string => `
clusters: { here: { kubeconfig: 'file:state/kubeconfig' } }
configRepos: { config: { url: 'file://${repository}', branch: config } }
slack: { signingSecret: 'env:SIGNING_SECRET', allow: { users: [U024BE7LH], channels: [] } }
reconcile: { every: 2s }
gitHosts: { git.example.com: { endpoint: '${gitHost}' } }
apps:
  image: { image: example/image, environments: { production: ${environment('image', 'image-push')} } }
  git:
    image: example/git
    repository: git.example.com/git
    environments: { production: ${environment('git', 'tag-push')} }
`;

const arrange = async () => {
  const directory = temporaryDirectory();
  const bare = path.join(directory, 'config.git');
  const files = {
    'image.yml': deployment('image', 'example/image:v1.0.0', 1),
    'git.yml': deployment('git', 'example/git:v1.0.0', 1),
  };
  await createBareRepository(bare, { branch: 'config', files });
  const gitHost = await startMemoryServer();
  onTestFinished(() => gitHost.close());
  const repository = gitHost.create('git', { 'a.txt': 'a' });
  const tag = (name: string) => repository.refs.set(`refs/tags/${name}`, repository.tip());
  tag('v1.0.0');
  const file = path.join(directory, 'tagboat.yml');
  writeFileSync(file, tagboatYml(bare, gitHost.origin));
  const stack = await startTestStack({
    config: { type: 'file', path: file },
    stateDirectory: path.join(directory, 'state'),
    env: { SIGNING_SECRET: 'the signing secret' },
    schedules: true,
  });
  const releasesOf = async (app: string) =>
    (await getReleases(stack, app)).releases.map(({ tag: released, state }) => `${released} ${state}`);
  return { stack, gitHost, tag, releasesOf };
};

/** Another person's commit. */
const editByHand = (bare: string, file: string, text: string) =>
  gitBytes(bare, ['fast-import', '--quiet', '--done'], {
    input: Buffer.from(
      [
        'commit refs/heads/config\ncommitter Other <other@example.com> 1772600767 +0000\n',
        'data 1\nx\nfrom refs/heads/config^0\n',
        `M 100644 inline ${file}\ndata ${Buffer.byteLength(text)}\n${text}\ndone\n`,
      ].join(''),
    ),
  });

it('finds what no hook announced on the schedule of tagboat.yml, each once, and what was changed by hand', async () => {
  const { stack, gitHost, tag, releasesOf } = await arrange();
  await stack.registry.push('example/image', 'v1.0.0');
  // Both apps have been looked at.
  await expect.poll(() => gitHost.exchanges.length, { timeout: 60_000 }).toBeGreaterThan(2);

  await stack.registry.push('example/image', 'v1.1.0');
  const tags = ['v1.1.0', 'v1.2.0', 'v1.3.0', 'v1.4.0'];
  for (const one of tags) {
    await stack.registry.push('example/git', one);
    tag(one);
  }

  await expect.poll(() => releasesOf('image'), { timeout: 60_000 }).toEqual(['v1.1.0 healthy']);
  // Whether the first was committed before the others were on record is a matter of time.
  await expect.poll(async () => (await releasesOf('git'))[0], { timeout: 60_000 }).toBe('v1.4.0 healthy');
  await stack.idle();
  const released = await releasesOf('git');
  expect(released.map((one) => one.split(' ')[0])).toEqual(tags.toReversed());
  const asked = gitHost.exchanges.length;
  await expect.poll(() => gitHost.exchanges.length, { timeout: 60_000 }).toBeGreaterThan(asked + 2);
  expect([await releasesOf('image'), await releasesOf('git')]).toEqual([['v1.1.0 healthy'], released]);

  // What somebody has changed by hand.
  await editByHand(stack.git.path('config'), 'image.yml', deployment('image', 'example/image:v1.0.5', 1));

  await expect
    .poll(async () => (await getReleases(stack, 'image')).drift, { timeout: 60_000 })
    .toMatchObject([
      {
        app: 'image',
        environment: 'production',
        found: [{ tag: 'v1.0.5' }],
        release: { number: 1, tag: 'v1.1.0' },
      },
    ]);
  expect(await releasesOf('image')).toEqual(['v1.1.0 healthy']);
});
