import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { GetItemCommand, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ListAliasesCommand } from '@aws-sdk/client-kms';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createClients } from '../../../../infra/local/emulators/aws/clients.ts';
import { awsAccess } from '../../../../infra/local/emulators/aws/endpoints.ts';
import { provision } from '../../../../infra/local/emulators/aws/provision.ts';
import { readService } from '../../../../infra/local/runtime/service/service.ts';
import { type AwsEmulators, startAwsEmulators } from '../../../../infra/local/stack/services/aws.ts';
import { openState } from '../../../../infra/local/state/directory.ts';
import type { Logger } from '../../../../lib/logger.ts';
import { silentLogger } from '../../../../lib/logger.ts';
import { serve } from '../../serve.ts';

const service = readService(path.resolve(import.meta.dirname, '../../../../serverless.yml'));

const temporaryDirectory = (): string => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'tagboat-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

const own = { accessKeyId: 'own-id', secretAccessKey: 'own-key' };

/** The embedded services on a state directory, and what `osls deploy` would make in them. */
const start = async (directory: string, logger: Logger = silentLogger) => {
  let emulators: AwsEmulators | undefined;
  const origin = await serve((request: IncomingMessage, response: ServerResponse) =>
    emulators?.handlerFor(request)?.(request, response),
  );
  const access = awsAccess({}, origin, own);
  const running = await startAwsEmulators(access, openState(directory), logger);
  emulators = running;
  const clients = createClients(access);
  const close = async () => {
    clients.close();
    await running.close();
  };
  onTestFinished(close);
  const created = await provision(service, access, clients, logger);
  return { origin, clients, created, close };
};

const item = { pk: { S: 'a' }, sk: { S: 'b' }, id: { S: 'c' } };

describe('provision', () => {
  it('creates what serverless.yml declares', async () => {
    const { origin, clients, created } = await start(temporaryDirectory());

    const { TableNames } = await clients.dynamodb.send(new ListTablesCommand({}));
    const { Aliases = [] } = await clients.kms.send(new ListAliasesCommand({}));
    const { Attributes } = await clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: created.ReleasesQueue?.ref, AttributeNames: ['All'] }),
    );
    expect(TableNames).toEqual(['tagboat-local-ReleasesTable']);
    expect(Aliases.map(({ AliasName }) => AliasName)).toContain('alias/tagboat-local');
    expect(created.ReleasesQueue?.ref).toBe(`${origin}/000000000000/tagboat-local-releases.fifo`);
    expect(Attributes).toMatchObject({
      FifoQueue: 'true',
      VisibilityTimeout: '360',
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: created.ReleasesDeadLetterQueue?.arn,
        maxReceiveCount: 5,
      }),
    });
  });

  it('changes nothing where everything is there already', async () => {
    const { clients, created, origin } = await start(temporaryDirectory());

    const again = await provision(service, awsAccess({}, origin, own), clients, silentLogger);

    expect(again).toEqual(created);
  });

  it('finds the table and the key again after a restart', async () => {
    const directory = temporaryDirectory();
    const first = await start(directory);
    await first.clients.dynamodb.send(
      new PutItemCommand({ TableName: 'tagboat-local-ReleasesTable', Item: item }),
    );
    await first.close();

    const second = await start(directory);
    const { Item } = await second.clients.dynamodb.send(
      new GetItemCommand({ TableName: 'tagboat-local-ReleasesTable', Key: { pk: item.pk, sk: item.sk } }),
    );

    expect(Item).toEqual(item);
    expect(second.created.SecretsKey).toEqual(first.created.SecretsKey);
  });

  it.each([
    ['dynamodb', (directory: string) => path.join(directory, 'dynamodb', 'CURRENT')],
    ['kms', (directory: string) => path.join(directory, 'kms', 'keys.json')],
  ])('moves a damaged %s aside, says so, and begins anew', async (part, damaged) => {
    const directory = temporaryDirectory();
    await (await start(directory)).close();
    writeFileSync(damaged(directory), 'damaged\n');
    const warnings: string[] = [];

    const { created } = await start(directory, {
      ...silentLogger,
      warn: (message) => warnings.push(message),
    });

    expect(created.ReleasesTable?.ref).toBe('tagboat-local-ReleasesTable');
    expect(warnings).toEqual(['a part of the state could not be read and was moved aside']);
    expect(readdirSync(directory).filter((name) => name.startsWith(`${part}.damaged-`))).toHaveLength(1);
  });

  it('makes a table anew that an older version left with other indexes', async () => {
    const directory = temporaryDirectory();
    await (await start(directory)).close();
    const { clients, origin } = await start(directory);
    const table = service.resources.ReleasesTable;
    if (table?.type !== 'table') throw new Error('ReleasesTable is no table');
    const { GlobalSecondaryIndexes: _, ...properties } = table.properties;
    const attributes = {
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
    };
    const changed = {
      ...service,
      resources: {
        ...service.resources,
        ReleasesTable: { ...table, properties: { ...properties, ...attributes } },
      },
    };
    const warnings: string[] = [];

    await provision(changed, awsAccess({}, origin, own), clients, {
      ...silentLogger,
      warn: (message) => warnings.push(message),
    });

    expect(warnings).toEqual(['the table has other keys or indexes than this version declares']);
  });
});

describe('the DynamoDB in this process', () => {
  it('outlives a client that breaks off in the middle of a request', async () => {
    const { origin, clients } = await start(temporaryDirectory());
    const { hostname, port } = new URL(origin);

    await new Promise<void>((resolve) => {
      const socket = net.connect(Number(port), hostname, () => {
        socket.write(
          'POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: DynamoDB_20120810.ListTables\r\ncontent-length: 100\r\n\r\n{',
          () => socket.destroy(),
        );
      });
      socket.on('close', () => resolve());
    });

    const { TableNames } = await clients.dynamodb.send(new ListTablesCommand({}));
    expect(TableNames).toEqual(['tagboat-local-ReleasesTable']);
  });
});

describe('awsAccess', () => {
  const origin = 'http://127.0.0.1:8787';

  it.each<[string, Record<string, string>, readonly string[], string]>([
    ['nothing', {}, [], origin],
    ['AWS_ENDPOINT_URL', { AWS_ENDPOINT_URL: 'http://aws' }, ['KMS', 'SQS', 'DYNAMODB'], 'http://aws'],
    ['AWS_ENDPOINT_URL_KMS', { AWS_ENDPOINT_URL_KMS: 'http://kms' }, ['KMS'], origin],
    [
      'both',
      { AWS_ENDPOINT_URL: 'http://aws', AWS_ENDPOINT_URL_SQS: 'http://sqs' },
      ['KMS', 'SQS', 'DYNAMODB'],
      'http://sqs',
    ],
    ['an empty one', { AWS_ENDPOINT_URL: '' }, [], origin],
  ])('with %s', (_name, env, external, sqs) => {
    const access = awsAccess(env, origin, own);

    expect([[...access.external], access.endpoint('SQS')]).toEqual([external, sqs]);
  });

  const given = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' };

  it('asks the embedded services with credentials of their own, whatever those of the environment are', () => {
    const access = awsAccess(given, origin, own);

    expect(access.credentials('KMS')).toEqual(own);
    expect(access.variables).toEqual({
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'own-id',
      AWS_SECRET_ACCESS_KEY: 'own-key',
      AWS_ENDPOINT_URL_KMS: origin,
      AWS_ENDPOINT_URL_SQS: origin,
      AWS_ENDPOINT_URL_DYNAMODB: origin,
    });
  });

  it('asks another service with those of the environment, and tells the own ones to nobody but the rest', () => {
    const env = { ...given, AWS_SESSION_TOKEN: 'session', AWS_ENDPOINT_URL_KMS: 'http://kms' };
    const access = awsAccess(env, origin, own);

    expect(access.credentials('KMS')).toEqual({
      accessKeyId: 'id',
      secretAccessKey: 'key',
      sessionToken: 'session',
    });
    expect(access.credentials('SQS')).toEqual(own);
    expect(access.variables).toEqual({
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'own-id',
      AWS_SECRET_ACCESS_KEY: 'own-key',
      AWS_ENDPOINT_URL_SQS: origin,
      AWS_ENDPOINT_URL_DYNAMODB: origin,
    });
  });
});
