import { mapping, type Unknowns } from '../../../../lib/mapping.ts';
import type { Created } from '../service/values.ts';
import type { AwsCall } from './policy.ts';

/** A command of the AWS SDK. */
export type Command = { readonly constructor: { readonly name: string }; readonly input: object };

/** The prefix of a service's actions. */
export type Service = 'dynamodb' | 'sqs' | 'kms';

/** What IAM is told of a command that is sent to a service. */
export const callOf = (service: Service, command: Command, created: readonly Created[]): AwsCall => {
  const input = mapping(command.input);
  return {
    action: `${service}:${command.constructor.name.replace(/Command$/, '')}`,
    resource: resourceOf(input, created),
    context: service === 'kms' ? encryptionContext(input) : leadingKeys(input),
  };
};

const resourceOf = ({ TableName, IndexName, QueueUrl }: Unknowns, created: readonly Created[]): string => {
  const named = TableName ?? QueueUrl;
  // What is decrypted names its key itself, and there is one.
  const found = created.find(({ ref, arn }) => (named === undefined ? arn.includes(':key/') : ref === named));
  const arn = found?.arn ?? String(named);
  return IndexName === undefined ? arn : `${arn}/index/${IndexName}`;
};

const encryptionContext = ({ EncryptionContext }: Unknowns): AwsCall['context'] =>
  Object.fromEntries(
    Object.entries(mapping(EncryptionContext)).map(([key, value]) => [
      `kms:EncryptionContext:${key}`,
      [String(value)],
    ]),
  );

/** The partition key of the row, or of the rows, of the table or of its index. */
const leadingKeys = (input: Unknowns): AwsCall['context'] => {
  const [, name = ''] = /^\w+ = (:\w+)/.exec(String(input.KeyConditionExpression ?? '')) ?? [];
  const key =
    mapping(input.Key ?? input.Item).pk ?? mapping(input.ExpressionAttributeValues)[name] ?? undefined;
  const text = mapping(key).S;
  return text === undefined ? {} : { 'dynamodb:LeadingKeys': [String(text)] };
};
