import type { IncomingMessage } from 'node:http';
import type { Logger } from '../../../../lib/logger.ts';
import { createDynamoDb, isDynamoDbRequest } from '../../emulators/aws/dynamodb.ts';
import type { AwsAccess } from '../../emulators/aws/endpoints.ts';
import { createSqs, isSqsRequest } from '../../emulators/aws/sqs.ts';
import { createKms, isKmsRequest } from '../../emulators/kms/kms.ts';
import type { StateDirectory } from '../../state/directory.ts';
import { openOrMoveAside } from '../../state/recovery.ts';
import type { RequestHandler } from '../server/listener.ts';

export type AwsEmulators = Awaited<ReturnType<typeof startAwsEmulators>>;

/** Starts the AWS services that are not external. */
export const startAwsEmulators = async (access: AwsAccess, state: StateDirectory, logger: Logger) => {
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
    /** Undefined where an external service is used. */
    sqs,
    /** The service that the request is for, where it is embedded. */
    handlerFor: (request: IncomingMessage): RequestHandler | undefined => {
      if (isKmsRequest(request)) return kms?.handle;
      if (isSqsRequest(request)) return sqs?.handle;
      if (isDynamoDbRequest(request)) return dynamodb?.handle;
      return undefined;
    },
    close: async (): Promise<void> => {
      await Promise.all([sqs?.close(), dynamodb?.close()]);
    },
  };
};
