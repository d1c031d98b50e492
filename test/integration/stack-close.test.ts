import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { silentLogger } from '../../lib/logger.ts';
import { temporaryDirectory } from './support/process.ts';
import { startTestStack } from './support/stack.ts';

/** A function that ends when the test says so, behind a route and a queue. */
const files: Readonly<Record<string, string>> = {
  'serverless.yml': `
service: lasting
provider: { name: aws, timeout: 900 }
functions:
  lasting:
    handler: functions/lasting.handler
    events:
      - httpApi: GET /lasting
      - sqs: { arn: { Fn::GetAtt: [Work, Arn] }, batchSize: 1 }
resources:
  Resources:
    Work: { Type: AWS::SQS::Queue, Properties: { QueueName: lasting-work } }
`,
  'lib/app/runtime.ts': 'export const createRuntime = (options) => options;\n',
  'functions/lasting.ts': `
export const createHandler = ({ logger }) => () =>
  new Promise((finish) => logger.info('the function begins', { finish }));
`,
};

it('ends while functions run, without waiting for them, and gives port and temporary directory back', async () => {
  const project = temporaryDirectory();
  mkdirSync(path.join(project, 'functions'));
  mkdirSync(path.join(project, 'lib', 'app'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(project, name), text);
  const running: (() => void)[] = [];
  const stack = await startTestStack({
    project,
    config: {
      type: 'given',
      baseDirectory: project,
      config: { clusters: {}, configRepos: {}, sources: {}, registries: {}, apps: {} },
    },
    logger: {
      ...silentLogger,
      info: (message, { finish } = {}) => {
        if (message === 'the function begins') running.push(finish as () => void);
      },
    },
  });
  const { QueueUrl } = await stack.aws.sqs.send(new GetQueueUrlCommand({ QueueName: 'lasting-work' }));
  await stack.aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
  const answer = fetch(`${stack.url}/lasting`).catch((error: unknown) => String(error));
  await expect.poll(() => running.length).toBe(2);

  await stack.close();

  // Had it waited for them, it would wait still.
  for (const finish of running) finish();
  expect(await answer).toContain('fetch failed');
  await expect(fetch(stack.url)).rejects.toThrow('fetch failed');
  expect(existsSync(stack.stateDirectory)).toBe(false);
});
