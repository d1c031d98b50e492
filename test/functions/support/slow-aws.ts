import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { TestContext } from 'vitest';
import { createDynamoDb, isDynamoDbRequest } from '../../../infra/local/emulators/aws/dynamodb.ts';
import { createSqs, isSqsRequest } from '../../../infra/local/emulators/aws/sqs.ts';
import { createKms, isKmsRequest } from '../../../infra/local/emulators/kms/kms.ts';
import { readBody } from '../../../infra/local/runtime/gateway/body.ts';
import { seal } from '../../../lib/secrets/seal.ts';

type Service = 'kms' | 'sqs' | 'dynamodb';
/** What a service does instead of what it is there for. */
type Fault = (request: IncomingMessage, response: ServerResponse) => void;
const services = { kms: isKmsRequest, sqs: isSqsRequest, dynamodb: isDynamoDbRequest };
const queues = ['releases.fifo', 'rollouts', 'images', 'notifications', 'commands', 'hooks'] as const;

export const hangsUp: Fault = (request) => request.socket.destroy();

/** As an error is written in the JSON protocol of AWS. */
export const answersWith =
  (status: number, type: string): Fault =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ __type: `com.amazonaws#${type}`, message: type }));
  };

/**
 * KMS, SQS and DynamoDB over their real protocols, each of which can be made to keep its requests waiting, or to fail, and what was
 * sent to a response_url. With a table, queues and a key, and what the functions find in their environment.
 */
export const startSlowAws = async ({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) => {
  let slow: readonly Service[] = [];
  let faults: Readonly<Partial<Record<Service, Fault>>> = {};
  const waiting: { readonly service: Service; readonly answer: () => void }[] = [];
  let arrived = Promise.withResolvers<void>();
  const parts = {
    kms: await createKms(),
    sqs: await createSqs({ region: 'eu-central-1' }),
    dynamodb: await createDynamoDb(),
  };
  const responses: { readonly text: string }[] = [];
  const serviceOf = (request: IncomingMessage): Service | undefined =>
    (['kms', 'sqs', 'dynamodb'] as const).find((service) => services[service](request));
  const server = createServer(async (request, response) => {
    const service = serviceOf(request);
    if (service === undefined) {
      responses.push(JSON.parse(String(await readBody(request, 1_000_000))));
      response.end('ok');
      return;
    }
    const fault = faults[service];
    if (fault !== undefined) return fault(request, response);
    const answer = () => parts[service].handle(request, response);
    if (!slow.includes(service)) return answer();
    waiting.push({ service, answer });
    arrived.resolve();
    arrived = Promise.withResolvers();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = {
    endpoint: url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const kms = new KMSClient(options);
  const sqs = new SQSClient(options);
  const dynamodb = new DynamoDBClient(options);
  onTestFinished(async () => {
    for (const client of [kms, sqs, dynamodb]) client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await Promise.all([parts.sqs.close(), parts.dynamodb.close()]);
  });

  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/test', TargetKeyId: KeyMetadata?.KeyId }));
  const queueUrls: string[] = [];
  for (const QueueName of queues) {
    const fifo = QueueName.endsWith('.fifo') ? { FifoQueue: 'true' } : undefined;
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: fifo }));
    queueUrls.push(new URL(new URL(QueueUrl).pathname, url).href);
  }
  const string = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'releases',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [string('pk'), string('sk')],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  for (let status: string | undefined; status !== 'ACTIVE'; )
    status = (await dynamodb.send(new DescribeTableCommand({ TableName: 'releases' }))).Table?.TableStatus;

  return {
    responses,
    responseBase: `${url}/responses`,
    seal: (slot: string, plaintext: string) => seal(kms, { keyId: 'alias/test', slot, plaintext }),
    /** From now on these keep their requests waiting. */
    slow: (...services: readonly Service[]) => {
      slow = services;
    },
    /** From now on these fail, and all others do not. */
    fail: (next: typeof faults) => {
      faults = next;
    },
    /** Resolves when a request waits at that service, with what answers it. */
    waitsAt: async (service: Service): Promise<() => void> => {
      for (;;) {
        const index = waiting.findIndex((request) => request.service === service);
        if (index !== -1) return waiting.splice(index, 1)[0]?.answer ?? (() => {});
        await arrived.promise;
      }
    },
    /** Bodies of what waits in a queue, delayed or not. */
    waitingIn: async (queue: (typeof queues)[number]) =>
      (await parts.sqs.waiting(queue)).map(({ body }) => body),
    env: {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_KMS: url,
      AWS_ENDPOINT_URL_SQS: url,
      AWS_ENDPOINT_URL_DYNAMODB: url,
      TAGBOAT_TABLE: 'releases',
      TAGBOAT_RELEASES_QUEUE_URL: queueUrls[0],
      TAGBOAT_ROLLOUTS_QUEUE_URL: queueUrls[1],
      TAGBOAT_IMAGES_QUEUE_URL: queueUrls[2],
      TAGBOAT_NOTIFICATIONS_QUEUE_URL: queueUrls[3],
      TAGBOAT_COMMANDS_QUEUE_URL: queueUrls[4],
      TAGBOAT_HOOKS_QUEUE_URL: queueUrls[5],
    },
  };
};
