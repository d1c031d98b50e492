import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFailed, onTestFinished } from 'vitest';
import { createBareRepository } from '../../infra/local/emulators/git-server/create-repository.ts';
import type { RoleCall } from '../../infra/local/runtime/iam/role.ts';
import { startStack } from '../../infra/local/stack/stack.ts';
import { keepLog } from './support/log.ts';
import { temporaryDirectory } from './support/process.ts';
import { deployment } from './support/project.ts';
import { storeOf } from './support/seeds.ts';
import { fastPods } from './support/stack.ts';

/** As Amazon documents it: `origin` in the file. */
const { push, deletion, replication } = JSON.parse(
  readFileSync(new URL('../fixtures/webhooks/ecr.json', import.meta.url), 'utf8'),
);
const image = '123456789012.dkr.ecr.us-west-2.amazonaws.com/my-repository-name';

const tagboatYml = (repository: string): string => `
clusters: { here: { kubeconfig: 'file:state/kubeconfig' } }
configRepos: { mine: { url: 'file://${repository}', branch: config } }
sources: { ecr: { accounts: ['123456789012'], regions: [us-west-2] } }
apps:
  app:
    image: ${image}
    environments:
      production:
        { on: image-push, tags: { pattern: '.+' }, configRepo: mine, files: [app.yml], cluster: here, namespace: default, timeout: 10m }
`;

/** The documented event, of this image. */
const pushOf = (tag: string, digest: string) => ({
  ...push,
  detail: { ...push.detail, 'image-tag': tag, 'image-digest': digest },
});

const startEcrStack = async (onAwsCall?: (call: RoleCall) => void) => {
  const directory = temporaryDirectory();
  const repository = path.join(directory, 'config.git');
  const files = { 'app.yml': deployment('app', `${image}:v0.9.0`, 1) };
  await createBareRepository(repository, { branch: 'config', files });
  const file = path.join(directory, 'tagboat.yml');
  writeFileSync(file, tagboatYml(repository));
  const log = keepLog();
  onTestFailed(() => log.print());
  const stack = await startStack({
    config: { type: 'file', path: file },
    stateDirectory: path.join(directory, 'state'),
    port: 0,
    clusterTimings: fastPods,
    retrySeconds: 0,
    logger: log.logger,
    ...(onAwsCall === undefined ? {} : { onAwsCall }),
  });
  onTestFinished(async () => {
    await stack.close();
    log.assertAllowed();
  });
  const releases = async () =>
    (await storeOf(stack).list('app', 'production')).map(({ tag, digest, state, source }) => ({
      ...{ tag, digest, state, source },
    }));
  return { stack, releases };
};

it('releases what is pushed to Amazon ECR, once, and ignores every other event', async () => {
  const { stack, releases } = await startEcrStack();
  const digest = await stack.registry.push('my-repository-name', 'v1.0.0');

  expect(await stack.putEvent(deletion)).toEqual({});
  expect(await stack.putEvent(replication)).toEqual({});
  const strangers = [
    { ...pushOf('v1.0.0', digest), account: '999999999999' },
    { ...pushOf('v1.0.0', digest), region: 'eu-central-1' },
  ];
  for (const event of strangers)
    expect(await stack.putEvent(event)).toHaveProperty('ecr-events.type', 'returned');
  await stack.idle();
  expect(await releases()).toEqual([]);

  // EventBridge delivers at least once.
  for (const _time of [1, 2])
    expect(await stack.putEvent(pushOf('v1.0.0', digest))).toHaveProperty('ecr-events.type', 'returned');
  await stack.idle();
  expect(await releases()).toEqual([{ tag: 'v1.0.0', digest, state: 'healthy', source: 'ecr' }]);
});

it('has no webhook of Amazon ECR', async () => {
  const { stack } = await startEcrStack();
  const response = await fetch(`${stack.url}/webhooks/ecr`, { method: 'POST', body: JSON.stringify(push) });
  expect(response.status).toBe(404);
});

it('keeps an event that cannot be recorded in the queue of hooks, and asks the registry where it has no digest', async () => {
  let tableAnswers = false;
  const { stack, releases } = await startEcrStack((call) => {
    if (!tableAnswers && call.function === 'ecr-events' && call.action.startsWith('dynamodb:'))
      throw new Error('the table does not answer');
  });
  const digest = await stack.registry.push('my-repository-name', 'v1.1.0');

  expect(await stack.putEvent(pushOf('v1.1.0', ''))).toHaveProperty('ecr-events.type', 'returned');
  tableAnswers = true;
  await stack.idle();

  expect(await releases()).toEqual([{ tag: 'v1.1.0', digest, state: 'healthy', source: 'ecr' }]);
});

it('fails an invocation that can neither record the event nor keep it, so that it is tried again', async () => {
  const { stack } = await startEcrStack((call) => {
    if (call.function === 'ecr-events') throw new Error('AWS does not answer');
  });
  expect(await stack.putEvent(pushOf('v1.2.0', push.detail['image-digest']))).toHaveProperty(
    'ecr-events.type',
    'failed',
  );
});
