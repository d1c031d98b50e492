import { execFile } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CreateTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ListAliasesCommand } from '@aws-sdk/client-kms';
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { slackHeaders, slashCommandBody } from '../../infra/local/emulators/slack/client/command.ts';
import { startStack } from '../../infra/local/stack/stack.ts';
import type { Stack } from '../../infra/local/stack/types.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { lockGroupOf } from '../../lib/release/model/lock-group.ts';
import { seal } from '../../lib/secrets/seal.ts';
import { httpEvent } from '../http/event.ts';
import { invokeBundle, type Outcome } from './invoke.ts';
import { unzip } from './unzip.ts';

const run = promisify(execFile);
const project = path.join(import.meta.dirname, '..', '..');

const secrets = {
  'clusters/production/kubeconfig': 'not used here',
  'configRepos/config/password': 'a token',
  'sources/github/secret': 'the secret of the webhook',
  'slack/signingSecret': 'the signing secret',
  'api/token': 'api-token-0123456789',
};

let stack: Stack;
let directory: string;
let env: Record<string, string>;
let invoke: (name: string, event: unknown) => Promise<Outcome>;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tagboat-packaging-'));
  stack = await startStack({ stateDirectory: path.join(directory, 'state'), port: 0 });
  const { Aliases = [] } = await stack.aws.kms.send(new ListAliasesCommand({}));
  const keyId = Aliases[0]?.AliasName ?? '';
  const sealed: Record<string, string> = {};
  for (const [slot, plaintext] of Object.entries(secrets))
    sealed[slot] = await seal(stack.aws.kms, { keyId, slot, plaintext });
  const config = path.join(directory, 'tagboat.yml');
  await writeFile(
    config,
    `clusters: { production: { kubeconfig: '${sealed['clusters/production/kubeconfig']}' } }
configRepos: { config: { url: 'https://127.0.0.1:1/config.git', branch: config, username: bot, password: '${sealed['configRepos/config/password']}' } }
sources: { github: { secret: '${sealed['sources/github/secret']}' } }
slack: { signingSecret: '${sealed['slack/signingSecret']}', allow: { users: [U024BE7LH], channels: [C0DEPLOYS] } }
api: { token: '${sealed['api/token']}' }
apps:
  app:
    image: example/app
    repository: github.com/example/app
    environments:
      production: { on: tag-push, tags: { semver: '>=1.0.0' }, configRepo: config, files: [app.yml], cluster: production }
`,
  );
  await run('npx', ['osls', 'package', '--package', path.join(directory, 'package')], {
    cwd: project,
    env: { ...process.env, TAGBOAT_CONFIG: config },
  });

  // Queues and a table of its own: those of the stack have a worker already.
  const queue = async (name: string, attributes: Record<string, string> = {}) => {
    const { QueueUrl = '' } = await stack.aws.sqs.send(
      new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
    );
    return new URL(new URL(QueueUrl).pathname, stack.url).href;
  };
  const { Resources } = parse(await readFile(path.join(project, 'infra/aws/table.yml'), 'utf8'));
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } =
    Resources.ReleasesTable.Properties;
  await stack.aws.dynamodb.send(
    new CreateTableCommand({
      TableName: 'packaged',
      AttributeDefinitions,
      KeySchema,
      GlobalSecondaryIndexes,
      BillingMode,
    }),
  );
  env = {
    ...stack.aws.access.variables,
    TAGBOAT_TABLE: 'packaged',
    TAGBOAT_RELEASES_QUEUE_URL: await queue('packaged.fifo', { FifoQueue: 'true' }),
    TAGBOAT_ROLLOUTS_QUEUE_URL: await queue('packaged-rollouts'),
    TAGBOAT_IMAGES_QUEUE_URL: await queue('packaged-images'),
    TAGBOAT_NOTIFICATIONS_QUEUE_URL: await queue('packaged-notifications'),
    TAGBOAT_COMMANDS_QUEUE_URL: await queue('packaged-commands'),
    TAGBOAT_HOOKS_QUEUE_URL: await queue('packaged-hooks'),
  };
  invoke = async (name, event) => {
    const target = path.join(directory, 'functions', name);
    await unzip(path.join(directory, 'package', `${name}.zip`), target);
    return invokeBundle(path.join(target, 'functions', `${name}.js`), event, env);
  };
  groupId = lockGroupOf(Object.values(loadConfig(config).configRepos)[0] ?? { url: '', branch: '' });
});
afterAll(async () => {
  await stack?.close();
  await rm(directory, { recursive: true, force: true });
});

let groupId = '';

const sqsEvent = (body: unknown) => ({
  Records: [
    {
      messageId: randomUUID(),
      receiptHandle: 'r',
      body: JSON.stringify(body),
      attributes: { ApproximateReceiveCount: '1', MessageGroupId: groupId },
      messageAttributes: {},
      eventSource: 'aws:sqs',
    },
  ],
});

const tagHook = (tag: string, secret: string) => {
  const body = JSON.stringify({
    ref: `refs/tags/${tag}`,
    before: '0'.repeat(40),
    after: 'a'.repeat(40),
    created: true,
    deleted: false,
    head_commit: { id: 'a'.repeat(40) },
    repository: { full_name: 'example/app', html_url: 'https://github.com/example/app' },
    sender: { login: 'octocat' },
  });
  return {
    ...httpEvent({
      method: 'POST',
      path: '/webhooks/github',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
      body,
    }),
    pathParameters: { source: 'github' },
  };
};

/** What such a hook is parsed into. */
const event = (tag: string) => ({
  type: 'tag-pushed',
  source: 'github',
  delivery: randomUUID(),
  repository: 'github.com/example/app',
  tag,
});

const get = (query: Record<string, string>, token: string) => ({
  ...httpEvent({ method: 'GET', path: '/releases', headers: { authorization: `Bearer ${token}` } }),
  queryStringParameters: query,
});

const bodyOf = ({ result, error, log }: Outcome) => {
  if (error !== undefined) throw new Error(`${error}\n${log}`);
  const { statusCode, body } = result as { statusCode: number; body: string };
  return { status: statusCode, body: JSON.parse(body) };
};

describe('packaged functions', () => {
  it('webhook refuses a wrong signature and records a genuine hook; releases shows it to who has the token', async () => {
    const refused = bodyOf(await invoke('webhook', tagHook('v1.0.0', 'a guess')));
    const accepted = bodyOf(await invoke('webhook', tagHook('v1.0.0', secrets['sources/github/secret'])));
    const listed = bodyOf(await invoke('releases', get({ app: 'app' }, secrets['api/token'])));
    const stranger = bodyOf(await invoke('releases', get({ app: 'app' }, 'a guess')));

    expect(refused).toMatchObject({ status: 401, body: { error: { code: 'signature-wrong' } } });
    expect(accepted).toMatchObject({
      status: 202,
      body: { releases: [{ app: 'app', tag: 'v1.0.0', state: 'queued' }] },
    });
    expect(listed).toMatchObject({
      status: 200,
      body: { releases: [{ id: accepted.body.releases[0].id, requestedBy: 'github:octocat' }] },
    });
    expect(stranger.status).toBe(401);
  });

  it('slack acknowledges a signed command, and slack-worker reads what it sent', async () => {
    const body = slashCommandBody({
      line: '/undo app',
      user: 'U024BE7LH',
      channel: 'C0DEPLOYS',
      responseUrl: 'https://hooks.slack.com/commands/1',
    });
    const timestamp = Math.floor(Date.now() / 1000);
    const headers = slackHeaders(secrets['slack/signingSecret'], body, timestamp);
    const event = httpEvent({ method: 'POST', path: '/slack/commands', headers, body: Buffer.from(body) });

    const type = () =>
      invoke('slack', { ...event, requestContext: { ...event.requestContext, timeEpoch: Date.now() } });
    let answered = await type();
    // A machine that is busy with other things is answered in time all the same, and then asked to try again.
    while (/Please try again|could not be recorded in time/.test(bodyOf(answered).body.text))
      answered = await type();
    const { Messages = [] } = await stack.aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: env.TAGBOAT_COMMANDS_QUEUE_URL, WaitTimeSeconds: 5 }),
    );
    const job = JSON.parse(Messages[0]?.Body ?? '{}');
    // As if the queue had not answered in time; what is carried out is answered at Slack, which is not here.
    await stack.aws.dynamodb.send(
      new PutItemCommand({
        TableName: 'packaged',
        Item: marshall({ pk: 'commands', sk: job.id, done: true, withdrawn: true, receivedAt: job.at }),
      }),
    );
    const worked = await invoke('slack-worker', sqsEvent(job));

    expect(bodyOf(answered)).toMatchObject({
      status: 200,
      body: { response_type: 'ephemeral', text: 'Received: /undo app; the answer follows.' },
    });
    expect(job).toMatchObject({ action: { command: { type: 'undo', app: 'app' } } });
    expect(worked, worked.log).toMatchObject({ result: { batchItemFailures: [] } });
    expect(worked.log).toContain('its user was told to try again');
  });

  it('slack-worker reports a message that it cannot read', async () => {
    expect(await invoke('slack-worker', sqsEvent({ v: 2 }))).toMatchObject({
      result: { batchItemFailures: [{}] },
    });
  });

  it.each([
    ['release-worker', () => ({ v: 1, type: 'process-queue', group: groupId })],
    [
      'rollout-poller',
      () => ({ v: 1, type: 'watch-rollout', app: 'app', environment: 'production', release: 'X', round: 0 }),
    ],
    [
      'image-poller',
      () => ({ v: 1, type: 'check-image', app: 'app', environment: 'production', release: 'X', round: 0 }),
    ],
    [
      'hook-worker',
      () => ({
        v: 1,
        type: 'intake',
        source: 'github',
        requestId: 'r',
        receivedAt: 0,
        events: [event('v2.0.0')],
      }),
    ],
    [
      'notifier',
      () => ({ v: 1, type: 'state', app: 'app', environment: 'production', release: 'X', state: 'healthy' }),
    ],
  ])('%s takes a message, and reports one that it cannot read', async (name, message) => {
    const taken = await invoke(name, sqsEvent(message()));
    const unread = await invoke(name, sqsEvent({ v: 2 }));

    expect(taken, taken.log).toMatchObject({ result: { batchItemFailures: [] } });
    expect(unread).toMatchObject({ result: { batchItemFailures: [{}] } });
  });

  it('hook-worker takes in what could not be recorded when it came', async () => {
    const job = { v: 1, type: 'intake', source: 'github', requestId: 'r', receivedAt: Date.now() };
    const taken = await invoke('hook-worker', sqsEvent({ ...job, events: [event('v3.0.0')] }));
    const listed = bodyOf(await invoke('releases', get({ app: 'app' }, secrets['api/token'])));

    expect(taken, taken.log).toMatchObject({ result: { batchItemFailures: [] } });
    expect(listed.body.releases).toContainEqual(expect.objectContaining({ tag: 'v3.0.0', state: 'queued' }));
  });

  it('redeliver runs', async () => {
    expect(await invoke('redeliver', {})).toMatchObject({ result: { hooks: 0, redelivered: 0 } });
  });

  it('discover runs', async () => {
    expect(await invoke('discover', {})).toMatchObject({ result: { looks: 0, found: 0, drifted: 0 } });
  });

  it('reconcile runs', async () => {
    expect(await invoke('reconcile', {})).toMatchObject({
      result: { work: 0, images: 0, rollouts: 0, givenUp: 0 },
    });
  });
});
