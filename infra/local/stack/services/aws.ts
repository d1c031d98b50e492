import type { IncomingMessage } from 'node:http';
import type { Logger } from '../../../../lib/logger.ts';
import { createDynamoDb, isDynamoDbRequest } from '../../emulators/aws/dynamodb.ts';
import type { AwsAccess, AwsService } from '../../emulators/aws/endpoints.ts';
import { guard } from '../../emulators/aws/guard.ts';
import { createSqs, isSqsRequest } from '../../emulators/aws/sqs.ts';
import { createKms, isKmsRequest } from '../../emulators/kms/kms.ts';
import type { StateDirectory } from '../../state/directory.ts';
import { openOrMoveAside } from '../../state/recovery.ts';
import type { RequestHandler } from '../server/listener.ts';

export type AwsEmulators = Awaited<ReturnType<typeof startAwsEmulators>>;

/** Starts the AWS services that are not external. They take only what is signed with the stack's own credentials. */
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
  const guarded = (service: AwsService, handle: RequestHandler | undefined) =>
    handle === undefined ? undefined : guard(handle, access.credentials(service));
  const handlers = {
    kms: guarded('KMS', kms?.handle),
    sqs: guarded('SQS', sqs?.handle),
    dynamodb: guarded('DYNAMODB', dynamodb?.handle),
  };
  return {
    /** Undefined where an external service is used. */
    sqs,
    /** The service that the request is for, where it is embedded. */
    handlerFor: (request: IncomingMessage): RequestHandler | undefined => {
      if (isKmsRequest(request)) return handlers.kms;
      if (isSqsRequest(request)) return handlers.sqs;
      if (isDynamoDbRequest(request)) return handlers.dynamodb;
      return undefined;
    },
    close: async (): Promise<void> => {
      await Promise.all([sqs?.close(), dynamodb?.close()]);
    },
  };
};
