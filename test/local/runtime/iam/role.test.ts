import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { readStatements } from '../../../../infra/local/runtime/iam/policy.ts';
import { assumeRole, callInRole, type RoleCall } from '../../../../infra/local/runtime/iam/role.ts';
import { silentLogger } from '../../../../lib/logger.ts';

const table = { ref: 'things', arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/things' };
const queue = { ref: 'http://127.0.0.1/work', arn: 'arn:aws:sqs:us-east-1:000000000000:work' };
const key = { ref: 'k1', arn: 'arn:aws:kms:us-east-1:000000000000:key/k1' };

/** Nobody listens at that address: what is allowed fails there. */
const options = {
  endpoint: 'http://127.0.0.1:1',
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'a', secretAccessKey: 's' },
};

const arrange = (statements: readonly object[]) => {
  const calls: RoleCall[] = [];
  const role = {
    function: 'hook',
    statements: readStatements(statements, String),
    created: [table, queue, key],
    onCall: (call: RoleCall) => void calls.push(call),
    logger: silentLogger,
  };
  return {
    calls,
    dynamodb: assumeRole(new DynamoDBClient(options), 'dynamodb', role),
    sqs: assumeRole(new SQSClient(options), 'sqs', role),
    kms: assumeRole(new KMSClient(options), 'kms', role),
  };
};

const row = { pk: { S: 'groups' }, sk: { S: 'a' } };

it('sees in every command the action, the resource and what conditions are about', async () => {
  const { calls, dynamodb, sqs, kms } = arrange([]);
  const TableName = 'things';
  const query = { TableName, KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)' };
  const values = { ':pk': { S: 'groups' }, ':sk': { S: 'a' } };

  await Promise.allSettled([
    dynamodb.send(new GetItemCommand({ TableName, Key: row })),
    dynamodb.send(new PutItemCommand({ TableName, Item: row })),
    dynamodb.send(new UpdateItemCommand({ TableName, Key: row })),
    dynamodb.send(new DeleteItemCommand({ TableName, Key: row })),
    dynamodb.send(new QueryCommand({ ...query, ExpressionAttributeValues: values })),
    dynamodb.send(
      new QueryCommand({
        TableName,
        IndexName: 'by-id',
        KeyConditionExpression: 'id = :id',
        ExpressionAttributeValues: { ':id': { S: '7' } },
      }),
    ),
    dynamodb.send(new ScanCommand({ TableName })),
    sqs.send(new SendMessageCommand({ QueueUrl: queue.ref, MessageBody: '{}' })),
    kms.send(
      new DecryptCommand({ CiphertextBlob: new Uint8Array(1), EncryptionContext: { slot: 'api/token' } }),
    ),
  ]);

  const keys = { 'dynamodb:LeadingKeys': ['groups'] };
  expect(calls.map(({ action, resource, context }) => [action, resource, context])).toEqual([
    ['dynamodb:GetItem', table.arn, keys],
    ['dynamodb:PutItem', table.arn, keys],
    ['dynamodb:UpdateItem', table.arn, keys],
    ['dynamodb:DeleteItem', table.arn, keys],
    ['dynamodb:Query', table.arn, keys],
    ['dynamodb:Query', `${table.arn}/index/by-id`, { 'dynamodb:LeadingKeys': ['7'] }],
    ['dynamodb:Scan', table.arn, {}],
    ['sqs:SendMessage', queue.arn, {}],
    ['kms:Decrypt', key.arn, { 'kms:EncryptionContext:slot': ['api/token'] }],
  ]);
});

it('refuses what the role does not allow before it is sent, and sends the rest', async () => {
  const { dynamodb } = arrange([
    {
      Effect: 'Allow',
      Action: 'dynamodb:Query',
      Resource: table.arn,
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['gro*'] } },
    },
  ]);
  const read = async (pk: string) => {
    const pages = paginateQuery(
      { client: dynamodb },
      {
        TableName: 'things',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: pk } },
      },
    );
    for await (const _page of pages);
  };

  await expect(read('commands')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await expect(read('groups')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it('sees the calls that are made without a client, and refuses them as the service would', async () => {
  const calls: RoleCall[] = [];
  const role = {
    function: 'hook',
    statements: readStatements(
      [{ Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' }],
      String,
    ),
    created: [],
    onCall: (call: RoleCall) => void calls.push(call),
    logger: silentLogger,
  };
  const call = callInRole(async () => ({ made: true }), role);
  const transport = { fetch, now: () => 0, signal: new AbortController().signal };
  const RoleArn = 'arn:aws:iam::123456789012:role/admin';

  expect(
    await call({ service: 'ecr', action: 'GetAuthorizationToken', region: 'r', input: {} }, transport),
  ).toEqual({ made: true });
  await expect(
    call({ service: 'sts', action: 'AssumeRole', region: 'r', input: { RoleArn } }, transport),
  ).rejects.toMatchObject({ code: 'registry-denied' });
  expect(calls.map(({ action, resource, isAllowed }) => [action, resource, isAllowed])).toEqual([
    ['ecr:GetAuthorizationToken', '*', true],
    ['sts:AssumeRole', RoleArn, false],
  ]);
});
