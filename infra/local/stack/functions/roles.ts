import type { RuntimeOptions } from '../../../../lib/app/runtime.ts';
import type { Logger } from '../../../../lib/logger.ts';
import { createCallAws } from '../../../../lib/registry/credentials/aws.ts';
import type { AwsClients } from '../../emulators/aws/clients.ts';
import { readStatements } from '../../runtime/iam/policy.ts';
import { assumeRole, callInRole, type RoleCall } from '../../runtime/iam/role.ts';
import type { FunctionDescription } from '../../runtime/service/service.ts';
import { type Created, resolveArn } from '../../runtime/service/values.ts';

type RoleOptions = {
  /** One set for all functions: what they share on a laptop is its time, and each client takes some to warm up. */
  readonly clients: AwsClients;
  readonly created: Readonly<Record<string, Created>>;
  /** Where Amazon ECR is called, and with which credentials. */
  readonly env: RuntimeOptions['env'];
  readonly onAwsCall: ((call: RoleCall) => void) | undefined;
  readonly logger: Logger;
};

/** What a function's runtime calls AWS with, which may do what its role in serverless.yml allows. */
export const clientsInRole = (
  { name, permissions }: Pick<FunctionDescription, 'name' | 'permissions'>,
  { clients, created, env, onAwsCall, logger }: RoleOptions,
): Required<Pick<RuntimeOptions, 'aws' | 'callAws'>> => {
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
  return {
    aws: { kms: async () => kms, sqs: async () => sqs, dynamodb: async () => dynamodb },
    callAws: callInRole(createCallAws(env), role),
  };
};
