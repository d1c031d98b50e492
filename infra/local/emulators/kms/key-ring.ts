import { randomBytes, randomUUID } from 'node:crypto';
import { KmsError } from './errors.ts';

export type KmsKey = {
  readonly id: string;
  readonly arn: string;
  /** 32 bytes in Base64. */
  readonly material: string;
  readonly description: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  /** Of a key that waits for its deletion: when, in milliseconds since 1970. */
  readonly deletion?: number | undefined;
};

export type KmsAlias = {
  /** `alias/tagboat` */
  readonly name: string;
  readonly arn: string;
  readonly keyId: string;
  readonly created: number;
};

/** All keys and aliases, as they are kept in a file. */
export type KeyRingState = { readonly keys: readonly KmsKey[]; readonly aliases: readonly KmsAlias[] };

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
    keys: (): readonly KmsKey[] => [...keys.values()],
    aliases: (): readonly KmsAlias[] => [...aliases.values()],
    find,

    /** A key that may be used now. */
    usable(reference: string): KmsKey {
      const key = find(reference);
      if (key.state === 'Disabled') throw new KmsError('DisabledException', `${key.arn} is disabled.`);
      if (key.state === 'PendingDeletion')
        throw new KmsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
      return key;
    },

    async create(description: string): Promise<KmsKey> {
      const id = randomUUID();
      const material = randomBytes(32).toString('base64');
      const arn = `${arnPrefix}key/${id}`;
      const key: KmsKey = { id, arn, material, description, created: now(), state: 'Enabled' };
      keys.set(id, key);
      await saveAll();
      return key;
    },

    async update(key: KmsKey, change: Pick<KmsKey, 'state' | 'deletion'>): Promise<KmsKey> {
      const updated: KmsKey = { ...key, deletion: undefined, ...change };
      keys.set(key.id, updated);
      await saveAll();
      return updated;
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

    async deleteAlias(name: string): Promise<void> {
      if (!aliases.delete(name))
        throw new KmsError('NotFoundException', `Alias ${arnPrefix}${name} is not found.`);
      await saveAll();
    },
  };
};

const localPart = (arn: string): string => {
  if (!arn.startsWith(arnPrefix)) throw new KmsError('InvalidArnException', `Invalid arn ${arn}`);
  return arn.slice(arnPrefix.length);
};
