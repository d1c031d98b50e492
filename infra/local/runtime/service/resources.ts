import { isMapping, mapping, type Unknowns } from '../../../../lib/mapping.ts';

/** An SQS queue of the CloudFormation resources. Attributes are those of CreateQueue, without the redrive policy. */
export type QueueResource = {
  readonly type: 'queue';
  readonly id: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly redrive: { readonly maxReceiveCount: number; readonly target: string } | undefined;
};

/** A DynamoDB table; `properties` go into CreateTable nearly as they are. */
export type TableResource = {
  readonly type: 'table';
  readonly id: string;
  readonly name: string;
  readonly properties: Unknowns;
};

export type KeyResource = { readonly type: 'key'; readonly id: string; readonly description: string };

export type AliasResource = {
  readonly type: 'alias';
  readonly id: string;
  /** `alias/tagboat-local` */
  readonly name: string;
  /** Logical id of the key. */
  readonly key: string;
};

export type Resource = QueueResource | TableResource | KeyResource | AliasResource;

/**
 * The queues, tables and keys of CloudFormation resources; roles, alarms and the rest mean nothing locally.
 * @param value `resources:` of serverless.yml, a mapping or a list of mappings with `Resources`
 * @param stack begins the names of what has none of its own, as CloudFormation does it
 */
export const readResources = (value: unknown, stack: string): Readonly<Record<string, Resource>> => {
  const parts = Array.isArray(value) ? value : [value];
  const entries = parts.flatMap((part) => Object.entries(mapping(mapping(part).Resources)));
  return Object.fromEntries(
    entries.flatMap(([id, resource]) => {
      const read = readResource(id, mapping(resource), stack);
      return read === undefined ? [] : [[id, read]];
    }),
  );
};

const readResource = (id: string, resource: Unknowns, stack: string): Resource | undefined => {
  const properties = mapping(resource.Properties);
  switch (resource.Type) {
    case 'AWS::SQS::Queue':
      return readQueue(id, properties, stack);
    case 'AWS::DynamoDB::Table':
      return { type: 'table', id, name: String(properties.TableName ?? `${stack}-${id}`), properties };
    case 'AWS::KMS::Key':
      return { type: 'key', id, description: String(properties.Description ?? '') };
    case 'AWS::KMS::Alias':
      return {
        type: 'alias',
        id,
        name: String(properties.AliasName ?? `alias/${id}`),
        key: referenced(properties.TargetKeyId) ?? '',
      };
    default:
      return undefined;
  }
};

const queueAttributes = [
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
  'VisibilityTimeout',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'DelaySeconds',
  'MaximumMessageSize',
] as const;

const readQueue = (id: string, properties: Unknowns, stack: string): QueueResource => {
  const attributes = queueAttributes.flatMap((name) => {
    const value = properties[name];
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  const policy = properties.RedrivePolicy;
  const target = isMapping(policy) ? referenced(policy.deadLetterTargetArn) : undefined;
  return {
    type: 'queue',
    id,
    name: String(
      properties.QueueName ?? `${stack}-${id}${String(properties.FifoQueue) === 'true' ? '.fifo' : ''}`,
    ),
    attributes: Object.fromEntries(attributes),
    redrive:
      target === undefined
        ? undefined
        : { maxReceiveCount: Number(mapping(policy).maxReceiveCount ?? 1), target },
  };
};

/** The logical id in `{Ref: X}` or `{Fn::GetAtt: [X, Arn]}`. */
const referenced = (value: unknown): string | undefined => {
  const reference = mapping(value);
  if (typeof reference.Ref === 'string') return reference.Ref;
  const attribute = reference['Fn::GetAtt'];
  if (Array.isArray(attribute)) return String(attribute[0]);
  return typeof attribute === 'string' ? attribute.split('.')[0] : undefined;
};
