import type { IncomingMessage } from 'node:http';
import type { Logger } from '../../../lib/logger.ts';
import { createDynamoDb, isDynamoDbRequest } from '../emulators/aws/dynamodb.ts';
import type { AwsAccess } from '../emulators/aws/endpoints.ts';
import { createSqs, isSqsRequest, type LocalSqs } from '../emulators/aws/fauxqs.ts';
import { createKms, isKmsRequest } from '../emulators/kms/kms.ts';
import { openOrMoveAside } from './aside.ts';
import type { Door } from './front-door.ts';
import type { StateDirectory } from './state.ts';

export type Emulators = {
  /** The service that the request is for, where it is embedded. */
  doorFor(request: IncomingMessage): Door | undefined;
  /** Undefined where somebody else runs it. */
  readonly sqs: LocalSqs | undefined;
  close(): Promise<void>;
};

/** Starts the AWS services that nobody else runs. */
export const startEmulators = async (
  access: AwsAccess,
  state: StateDirectory,
  logger: Logger,
): Promise<Emulators> => {
  const [kms, sqs, dynamodb] = await Promise.all([
    access.external.has('KMS')
      ? undefined
      : openOrMoveAside(state.file('kms'), logger, (directory) => createKms({ directory, logger })),
    access.external.has('SQS') ? undefined : createSqs({ region: access.region }),
    access.external.has('DYNAMODB')
      ? undefined
      : openOrMoveAside(state.file('dynamodb'), logger, (directory) => createDynamoDb({ directory })),
  ]);
  return {
    sqs,
    doorFor: (request) => {
      if (isKmsRequest(request)) return kms?.handle;
      if (isSqsRequest(request)) return sqs?.handle;
      if (isDynamoDbRequest(request)) return dynamodb?.handle;
      return undefined;
    },
    close: async () => {
      await Promise.all([sqs?.close(), dynamodb?.close()]);
    },
  };
};
