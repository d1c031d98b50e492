import { randomBytes, randomUUID } from 'node:crypto';
import { KmsError } from './errors.ts';
import type { KeyRingState } from './key-file.ts';

export type KmsKey = KeyRingState['keys'][number];
export type KmsAlias = KeyRingState['aliases'][number];

/** Region and account of every ARN here. */
const arnPrefix = 'arn:aws:kms:us-east-1:000000000000:';
const aliasPattern = /^alias\/[a-zA-Z0-9/_-]{1,250}$/;

export type KeyRing = ReturnType<typeof createKeyRing>;

/**
 * Keys and aliases, and how the four forms of a key's name are resolved: key id, key ARN, alias, alias ARN.
 * @param save called with the whole state after every change; the change counts when it resolves
 */
export const createKeyRing = (
  initial: KeyRingState,
  now: () => number,
  save: (state: KeyRingState) => Promise<void>,
) => {
  const keys = new Map(initial.keys.map((key) => [key.id, key]));
  const aliases = new Map(initial.aliases.map((alias) => [alias.name, alias]));
  const saveAll = () => save({ keys: [...keys.values()], aliases: [...aliases.values()] });

  const find = (reference: string): KmsKey => {
    const local = reference.startsWith('arn:') ? localPart(reference) : reference;
    if (local.startsWith('alias/')) {
      const keyId = aliases.get(local)?.keyId;
      const key = keyId === undefined ? undefined : keys.get(keyId);
      if (key !== undefined) return key;
      throw new KmsError('NotFoundException', `Alias ${arnPrefix}${local} is not found.`);
    }
    const key = keys.get(local.replace(/^key\//, ''));
    if (key !== undefined) return key;
    throw new KmsError(
      'NotFoundException',
      `Key '${arnPrefix}key/${local.replace(/^key\//, '')}' does not exist`,
    );
  };

  return {
    aliases: (): readonly KmsAlias[] => [...aliases.values()],
    find,

    async create(description: string): Promise<KmsKey> {
      const id = randomUUID();
      const material = randomBytes(32).toString('base64');
      const arn = `${arnPrefix}key/${id}`;
      const key: KmsKey = { id, arn, material, description, created: now() };
      keys.set(id, key);
      await saveAll();
      return key;
    },

    async createAlias(name: string, keyReference: string): Promise<void> {
      if (!aliasPattern.test(name) || name.startsWith('alias/aws/'))
        throw new KmsError('InvalidAliasNameException', `Invalid alias name: ${name}`);
      const arn = `${arnPrefix}${name}`;
      if (aliases.has(name))
        throw new KmsError('AlreadyExistsException', `An alias with the name ${arn} already exists`);
      if (keyReference.includes('alias/'))
        throw new KmsError('ValidationException', 'Aliases must refer to keys. Not aliases');
      aliases.set(name, { name, arn, keyId: find(keyReference).id, created: now() });
      await saveAll();
    },
  };
};

const localPart = (arn: string): string => {
  if (!arn.startsWith(arnPrefix)) throw new KmsError('InvalidArnException', `Invalid arn ${arn}`);
  return arn.slice(arnPrefix.length);
};
