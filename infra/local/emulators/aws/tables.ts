import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import type { Logger } from '../../../../lib/logger.ts';
import type { TableResource } from '../../runtime/service/resources.ts';
import type { Created } from '../../runtime/service/values.ts';

/** What CreateTable and AWS::DynamoDB::Table have in common, and a table on a laptop needs. */
const properties = [
  'AttributeDefinitions',
  'KeySchema',
  'BillingMode',
  'ProvisionedThroughput',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
] as const;

/**
 * Creates the tables that are not there yet.
 * @param replace an embedded table with other keys or indexes, left by an older version, is made anew; an
 *   external one is left alone
 */
export const createTables = async (
  client: DynamoDBClient,
  tables: readonly TableResource[],
  options: { readonly replace: boolean; readonly logger: Logger },
): Promise<Readonly<Record<string, Created>>> => {
  const created: Record<string, Created> = {};
  for (const table of tables) {
    const input = createInput(table);
    let existing = await describe(client, table.name);
    if (existing !== undefined && shape(existing) !== shape(input)) {
      options.logger.warn('the table has other keys or indexes than this version declares', {
        table: table.name,
      });
      if (options.replace) {
        await client.send(new DeleteTableCommand({ TableName: table.name }));
        await waitUntilTableNotExists({ client, ...patience }, { TableName: table.name });
        existing = undefined;
      }
    }
    if (existing === undefined) {
      await client.send(new CreateTableCommand(input));
      await waitUntilTableExists({ client, ...patience }, { TableName: table.name });
      existing = await describe(client, table.name);
    }
    created[table.id] = { ref: table.name, arn: existing?.TableArn ?? '' };
  }
  return created;
};

/** In seconds. */
const patience = { maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.5 };

const createInput = (table: TableResource): CreateTableCommandInput => {
  const chosen = properties.flatMap((name) =>
    table.properties[name] === undefined ? [] : [[name, table.properties[name]]],
  );
  // CloudFormation names and shapes these properties exactly as the API does.
  return { ...Object.fromEntries(chosen), TableName: table.name } as CreateTableCommandInput;
};

const describe = async (client: DynamoDBClient, name: string): Promise<TableDescription | undefined> => {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};

const shape = (table: Pick<TableDescription, 'KeySchema' | 'GlobalSecondaryIndexes'>): string => {
  const keys = (schema: TableDescription['KeySchema']) =>
    (schema ?? []).map((key) => `${key.KeyType} ${key.AttributeName}`).toSorted();
  const indexes = (table.GlobalSecondaryIndexes ?? []).map((index) => [
    index.IndexName,
    keys(index.KeySchema),
  ]);
  return JSON.stringify([keys(table.KeySchema), indexes.toSorted()]);
};
