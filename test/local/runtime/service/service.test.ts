import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readService } from '../../../../infra/local/runtime/service/service.ts';
import { resolveEnvironment } from '../../../../infra/local/runtime/service/values.ts';
import { TagboatError } from '../../../../lib/errors.ts';

const write = (files: Readonly<Record<string, string>>): string => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'tagboat-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
  return path.join(directory, 'serverless.yml');
};

const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof TagboatError ? error.code : String(error);
  }
};

describe('readService', () => {
  it('reads functions with their triggers, limits and environment', () => {
    const file = write({
      'serverless.yml': `
service: demo
provider: { name: aws, timeout: 10, memorySize: 512, environment: { TABLE: { Ref: Things } } }
custom: { esbuild: '\${file(esbuild.cjs)}' }
functions:
  hook:
    handler: functions/hook.handler
    environment: { OWN: yes }
    iamRoleStatements:
      - { Effect: Allow, Action: dynamodb:GetItem, Resource: { Fn::GetAtt: [Things, Arn] } }
    events:
      - httpApi: { method: post, path: '/hooks/{name}' }
      - httpApi: GET /hooks
  worker:
    handler: functions/work-er.handler
    timeout: 60
    memorySize: 1024
    events:
      - sqs:
          arn: { Fn::GetAtt: [Work, Arn] }
          batchSize: 3
          functionResponseType: ReportBatchItemFailures
      - sqs: { arn: !GetAtt Other.Arn }
      - schedule: rate(2 minutes)
      - schedule: rate(1 hour)
      - eventBridge: { pattern: { source: [aws.things] } }
`,
    });

    const { functions } = readService(file);

    expect(functions).toEqual([
      {
        name: 'hook',
        file: path.join(path.dirname(file), 'functions/hook.ts'),
        timeoutSeconds: 10,
        memoryMb: 512,
        environment: { TABLE: { Ref: 'Things' }, OWN: 'yes' },
        permissions: [
          { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: { 'Fn::GetAtt': ['Things', 'Arn'] } },
        ],
        routes: [
          { method: 'POST', path: '/hooks/{name}' },
          { method: 'GET', path: '/hooks' },
        ],
        queues: [],
        schedules: [],
        patterns: [],
      },
      {
        name: 'worker',
        file: path.join(path.dirname(file), 'functions/work-er.ts'),
        timeoutSeconds: 60,
        memoryMb: 1024,
        environment: { TABLE: { Ref: 'Things' } },
        routes: [],
        queues: [
          { queue: 'Work', batchSize: 3, reportsFailures: true },
          { queue: 'Other', batchSize: 10, reportsFailures: false },
        ],
        schedules: [120_000, 3_600_000],
        patterns: [{ source: ['aws.things'] }],
      },
    ]);
  });

  it('reads the resources of the files that it includes', () => {
    const file = write({
      'serverless.yml': `
service: demo
resources:
  - \${file(queues.yml)}
  - Resources:
      Things: { Type: AWS::DynamoDB::Table, Properties: { TableName: '\${self:service}-\${sls:stage}-things', BillingMode: PAY_PER_REQUEST } }
      Key: { Type: AWS::KMS::Key, Properties: { Description: Seals } }
      KeyAlias: { Type: AWS::KMS::Alias, Properties: { AliasName: 'alias/\${self:service}', TargetKeyId: !Ref Key } }
      Role: { Type: AWS::IAM::Role }
`,
      'queues.yml': `
Resources:
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: \${self:service}-\${opt:stage, 'production'}-work.fifo
      FifoQueue: true
      VisibilityTimeout: 90
      RedrivePolicy: { deadLetterTargetArn: { Fn::GetAtt: [Dead, Arn] }, maxReceiveCount: 4 }
  Dead: { Type: AWS::SQS::Queue }
`,
    });

    const { resources } = readService(file, { stage: 'local' });

    expect(resources).toEqual({
      Work: {
        type: 'queue',
        id: 'Work',
        name: 'demo-local-work.fifo',
        attributes: { FifoQueue: 'true', VisibilityTimeout: '90' },
        redrive: { maxReceiveCount: 4, target: 'Dead' },
      },
      Dead: {
        type: 'queue',
        id: 'Dead',
        name: 'demo-local-Dead',
        attributes: {},
        redrive: undefined,
      },
      Things: {
        type: 'table',
        id: 'Things',
        name: 'demo-local-things',
        properties: { TableName: 'demo-local-things', BillingMode: 'PAY_PER_REQUEST' },
      },
      Key: { type: 'key', id: 'Key', description: 'Seals' },
      KeyAlias: { type: 'alias', id: 'KeyAlias', name: 'alias/demo', key: 'Key' },
    });
  });

  it.each([
    ['a file that is not there', undefined, 'config-not-found'],
    ['no YAML', 'functions: [', 'config-invalid'],
    ['a function without a handler', 'functions: { a: { events: [] } }', 'config-invalid'],
    [
      'a queue that is named in another way',
      'functions: { a: { handler: f.handler, events: [{ sqs: { arn: "arn:aws:sqs:eu-central-1:1:q" } }] } }',
      'config-invalid',
    ],
  ])('refuses %s', (_name, text, code) => {
    const file = text === undefined ? '/nowhere/serverless.yml' : write({ 'serverless.yml': text });

    expect(codeOf(() => readService(file))).toBe(code);
  });

  it('understands the serverless.yml of this project', () => {
    const { functions, resources } = readService(
      path.resolve(import.meta.dirname, '../../../../serverless.yml'),
    );

    const mapped = functions.flatMap(({ queues }) => queues.map(({ queue }) => resources[queue]?.type));
    const routes = functions.flatMap((one) => one.routes.map((route) => `${route.method} ${route.path}`));
    expect(mapped).toEqual(['queue', 'queue', 'queue', 'queue', 'queue', 'queue']);
    expect(routes).toEqual([
      'POST /webhooks/{source}',
      'POST /webhooks/{source}/{key}',
      'POST /slack/commands',
      'POST /slack/interactions',
      'GET /releases',
      'GET /releases/{id}',
    ]);
  });
});

describe('resolveEnvironment', () => {
  const created = { Work: { ref: 'http://queue', arn: 'arn:aws:sqs:r:1:work' } };

  it.each<[unknown, string | undefined]>([
    ['text', 'text'],
    [7, '7'],
    [true, 'true'],
    [{ Ref: 'Work' }, 'http://queue'],
    [{ Ref: 'Role' }, undefined],
    [{ 'Fn::GetAtt': ['Work', 'Arn'] }, 'arn:aws:sqs:r:1:work'],
    [{ 'Fn::GetAtt': ['Work', 'Other'] }, undefined],
    [{ 'Fn::Join': ['', []] }, undefined],
  ])('%j → %s', (value, expected) => {
    expect(resolveEnvironment({ A: 'a', B: value }, created)).toEqual({
      A: 'a',
      ...(expected === undefined ? {} : { B: expected }),
    });
  });
});
