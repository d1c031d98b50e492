import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  type KMSClient,
  NotFoundException,
} from '@aws-sdk/client-kms';
import type { AliasResource, KeyResource } from '../../runtime/service/resources.ts';
import type { Created } from '../../runtime/service/values.ts';

/** Creates the keys that no alias leads to yet. */
export const createKeys = async (
  client: KMSClient,
  keys: readonly KeyResource[],
  aliases: readonly AliasResource[],
): Promise<Readonly<Record<string, Created>>> => {
  const created: Record<string, Created> = {};
  for (const alias of aliases) {
    const key = keys.find(({ id }) => id === alias.key);
    const found = (await describe(client, alias.name)) ?? (await create(client, alias, key));
    created[alias.id] = { ref: alias.name, arn: found.arn };
    if (key !== undefined) created[key.id] = found;
  }
  return created;
};

const describe = async (client: KMSClient, name: string): Promise<Created | undefined> => {
  try {
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: name }));
    return { ref: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
  } catch (error) {
    if (error instanceof NotFoundException) return undefined;
    throw error;
  }
};

const create = async (
  client: KMSClient,
  alias: AliasResource,
  key: KeyResource | undefined,
): Promise<Created> => {
  const { KeyMetadata } = await client.send(new CreateKeyCommand({ Description: key?.description ?? '' }));
  const ref = KeyMetadata?.KeyId ?? '';
  await client.send(new CreateAliasCommand({ AliasName: alias.name, TargetKeyId: ref }));
  return { ref, arn: KeyMetadata?.Arn ?? '' };
};
