import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TagboatError } from '../errors.ts';
import type { TimeLeft } from '../time-left.ts';

/** A row of the table: its key, and whatever else. */
export type Item = { readonly pk: string; readonly sk: string } & Readonly<Record<string, unknown>>;

/**
 * The few things the record needs of DynamoDB. Reads by key are strongly consistent; writes can be made conditional,
 * which is all the locking there is (no transactions).
 */
export type Table = {
  get(pk: string, sk: string): Promise<Item | undefined>;
  /** False where the condition did not hold. `absent`: there is no such row yet; `{ attribute: value }`: it still has that value. */
  put(
    item: Item,
    condition?: 'absent' | { readonly attribute: string; readonly value: string | number },
  ): Promise<boolean>;
  remove(pk: string, sk: string): Promise<void>;
  /** Counts a row's `count` up by one, from nothing. @returns what it is then */
  increment(pk: string, sk: string): Promise<number>;
  /** All rows of a partition whose sort key begins so, in its order. */
  query(
    pk: string,
    skPrefix: string,
    options?: {
      readonly newestFirst?: boolean;
      readonly limit?: number | undefined;
      readonly before?: string | undefined;
    },
  ): Promise<readonly Item[]>;
  /** Through the index `by-id`; eventually consistent. */
  findById(id: string): Promise<Item | undefined>;
};

/** DynamoDB takes no empty string to begin with. */
const keyCondition = (skPrefix: string, before: string | undefined) => {
  if (skPrefix === '') return { KeyConditionExpression: 'pk = :pk' };
  return before === undefined
    ? { KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)' }
    : { KeyConditionExpression: 'pk = :pk AND sk BETWEEN :sk AND :before' };
};

/** Errors that stay when the call is tried again: no such table, not allowed, item too large. */
const lasting = new Set(['ValidationException', 'AccessDeniedException', 'ResourceNotFoundException']);

const unreachable = (error: unknown): never => {
  if (error instanceof Error && lasting.has(error.name))
    throw new TagboatError('store-refused', `the release table refuses the request: ${error.name}`, {
      cause: error,
    });
  throw new TagboatError('store-unreachable', 'the release table did not answer', { cause: error });
};

/** The SDK costs 50 ms to load, and a webhook that is not genuine never needs it. */
const load = async () => {
  const [sdk, util] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('@aws-sdk/util-dynamodb'),
  ]);
  const plain = (item: Record<string, AttributeValue> | undefined): Item | undefined =>
    item === undefined ? undefined : (util.unmarshall(item) as Item);
  return { sdk, marshall: util.marshall, plain };
};

/**
 * @param client made when it is first needed
 * @throws TagboatError `store-unreachable`, `store-refused` from every method
 */
export const createTable = (
  client: () => Promise<DynamoDBClient>,
  tableName: string,
  timeLeft: TimeLeft,
): Table => {
  const bounds = () => timeLeft.forCall();
  return {
    get: async (pk, sk) => {
      const { sdk, marshall, plain } = await load();
      const command = new sdk.GetItemCommand({
        TableName: tableName,
        Key: marshall({ pk, sk }),
        ConsistentRead: true,
      });
      const { Item } = await (await client()).send(command, bounds()).catch(unreachable);
      return plain(Item);
    },

    put: async (item, condition) => {
      const { sdk, marshall } = await load();
      const command = new sdk.PutItemCommand({
        TableName: tableName,
        Item: marshall(item, { removeUndefinedValues: true }),
        ...(condition === 'absent'
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : condition && {
              ConditionExpression: '#attribute = :value',
              ExpressionAttributeNames: { '#attribute': condition.attribute },
              ExpressionAttributeValues: marshall({ ':value': condition.value }),
            }),
      });
      try {
        await (await client()).send(command, bounds());
        return true;
      } catch (error) {
        if (error instanceof sdk.ConditionalCheckFailedException) return false;
        return unreachable(error);
      }
    },

    remove: async (pk, sk) => {
      const { sdk, marshall } = await load();
      const command = new sdk.DeleteItemCommand({ TableName: tableName, Key: marshall({ pk, sk }) });
      await (await client()).send(command, bounds()).catch(unreachable);
    },

    increment: async (pk, sk) => {
      const { sdk, marshall } = await load();
      const command = new sdk.UpdateItemCommand({
        TableName: tableName,
        Key: marshall({ pk, sk }),
        UpdateExpression: 'ADD #count :one',
        ExpressionAttributeNames: { '#count': 'count' },
        ExpressionAttributeValues: marshall({ ':one': 1 }),
        ReturnValues: 'UPDATED_NEW',
      });
      const { Attributes } = await (await client()).send(command, bounds()).catch(unreachable);
      return Number(Attributes?.count?.N);
    },

    query: async (pk, skPrefix, { newestFirst, limit, before } = {}) => {
      const { sdk, marshall, plain } = await load();
      const items: Item[] = [];
      try {
        const pages = sdk.paginateQuery(
          { client: await client(), ...(limit === undefined ? {} : { pageSize: limit }) },
          {
            TableName: tableName,
            ConsistentRead: true,
            ScanIndexForward: newestFirst !== true,
            ...keyCondition(skPrefix, before),
            ExpressionAttributeValues: marshall(
              { ':pk': pk, ':sk': skPrefix === '' ? undefined : skPrefix, ':before': before },
              { removeUndefinedValues: true },
            ),
          },
          bounds(),
        );
        for await (const page of pages) {
          items.push(...(page.Items ?? []).map(plain).filter((item) => item !== undefined));
          if (limit !== undefined && items.length >= limit) break;
        }
      } catch (error) {
        return unreachable(error);
      }
      return limit === undefined ? items : items.slice(0, limit);
    },

    findById: async (id) => {
      const { sdk, marshall, plain } = await load();
      const command = new sdk.QueryCommand({
        TableName: tableName,
        IndexName: 'by-id',
        KeyConditionExpression: 'id = :id',
        ExpressionAttributeValues: marshall({ ':id': id }),
        Limit: 1,
      });
      const { Items } = await (await client()).send(command, bounds()).catch(unreachable);
      return plain(Items?.[0]);
    },
  };
};
