import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type AwsAccess, clientOptions } from './endpoints.ts';

/** Clients of the stack, its functions included. */
export type AwsClients = {
  readonly sqs: SQSClient;
  readonly dynamodb: DynamoDBClient;
  readonly kms: KMSClient;
  close(): void;
};

export const createClients = (access: AwsAccess): AwsClients => {
  const sqs = new SQSClient({ ...clientOptions(access, 'SQS'), md5: false });
  const dynamodb = new DynamoDBClient(clientOptions(access, 'DYNAMODB'));
  const kms = new KMSClient(clientOptions(access, 'KMS'));
  return {
    sqs,
    dynamodb,
    kms,
    close: () => {
      for (const client of [sqs, dynamodb, kms]) client.destroy();
    },
  };
};
