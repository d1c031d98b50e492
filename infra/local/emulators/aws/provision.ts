import type { Logger } from '../../../../lib/logger.ts';
import type { Service } from '../../runtime/service/service.ts';
import type { Created } from '../../runtime/service/values.ts';
import type { AwsClients } from './clients.ts';
import type { AwsAccess } from './endpoints.ts';
import { createKeys } from './keys.ts';
import { createQueues } from './queues.ts';
import { createTables } from './tables.ts';

/** Creates what `osls deploy` would have created: the queues, the table and the key, in embedded and external services alike. */
export const provision = async (
  service: Service,
  access: AwsAccess,
  clients: AwsClients,
  logger: Logger,
): Promise<Readonly<Record<string, Created>>> => {
  const resources = Object.values(service.resources);
  const [queues, tables, keys] = await Promise.all([
    createQueues(
      clients.sqs,
      resources.filter((resource) => resource.type === 'queue'),
      access.external.has('SQS') ? undefined : access.endpoint('SQS'),
    ),
    createTables(
      clients.dynamodb,
      resources.filter((resource) => resource.type === 'table'),
      { replace: !access.external.has('DYNAMODB'), logger },
    ),
    createKeys(
      clients.kms,
      resources.filter((resource) => resource.type === 'key'),
      resources.filter((resource) => resource.type === 'alias'),
    ),
  ]);
  return { ...queues, ...tables, ...keys };
};
