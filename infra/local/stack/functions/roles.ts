import type { RuntimeOptions } from '../../../../lib/app/runtime.ts';
import type { Logger } from '../../../../lib/logger.ts';
import type { AwsClients } from '../../emulators/aws/clients.ts';
import { readStatements } from '../../runtime/iam/policy.ts';
import { assumeRole, type RoleCall } from '../../runtime/iam/role.ts';
import type { FunctionDescription } from '../../runtime/service/service.ts';
import { type Created, resolveArn } from '../../runtime/service/values.ts';

type RoleOptions = {
  /** One set for all functions: what they share on a laptop is its time, and each client takes some to warm up. */
  readonly clients: AwsClients;
  readonly created: Readonly<Record<string, Created>>;
  readonly onAwsCall: ((call: RoleCall) => void) | undefined;
  readonly logger: Logger;
};

/** The clients of AWS that a function's runtime gets, which may do what its role in serverless.yml allows. */
export const clientsInRole = (
  { name, permissions }: Pick<FunctionDescription, 'name' | 'permissions'>,
  { clients, created, onAwsCall, logger }: RoleOptions,
): NonNullable<RuntimeOptions['aws']> => {
  const role = {
    function: name,
    statements: readStatements(permissions, (reference) => resolveArn(reference, created)),
    created: Object.values(created),
    onCall: onAwsCall,
    logger,
  };
  const kms = assumeRole(clients.kms, 'kms', role);
  const sqs = assumeRole(clients.sqs, 'sqs', role);
  const dynamodb = assumeRole(clients.dynamodb, 'dynamodb', role);
  return { kms: async () => kms, sqs: async () => sqs, dynamodb: async () => dynamodb };
};
