import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { KMSClient } from '@aws-sdk/client-kms';
import { type Clock, systemClock } from '../clock.ts';
import { TagboatError } from '../errors.ts';
import { once } from '../once.ts';
import { createTimeLeft, type TimeLeft } from '../time-left.ts';
import { decrypt } from './decrypt.ts';
import { parseReference } from './reference.ts';

export type Secrets = {
  /**
   * The plaintext behind a reference of tagboat.yml.
   * @param reference `kms:…`; on the local stack also `env:NAME` and `file:PATH`
   * @param slot the one place the value was sealed for, `configRepos/okeydokey/password`
   * @throws TagboatError `secret-reference-invalid`, `secret-local-only`, `secret-not-found`, `secret-damaged`,
   *   `secret-wrong-slot`, `kms-denied`, `kms-unreachable`; each names the slot, none the value
   */
  unseal(reference: string, slot: string): Promise<string>;
};

export type SecretsOptions = {
  /** Asked for once, when the first sealed value is opened. */
  readonly kms: () => Promise<KMSClient> | KMSClient;
  /** Given on the local stack only: allows `env:` and `file:`; paths are relative to the directory. */
  readonly local?:
    | { readonly env: Readonly<Record<string, string | undefined>>; readonly baseDirectory: string }
    | undefined;
  /** How long a plaintext is kept in memory, in milliseconds; 5 minutes where absent. */
  readonly cacheMs?: number;
  readonly clock?: Clock;
  /** Bounds what KMS may take. */
  readonly timeLeft?: TimeLeft;
};

type Cached = { readonly plaintext: Promise<string>; expires: number };

const withoutFinalNewline = (text: string): string => text.replace(/\r?\n$/, '');

/** Opens secrets, and keeps each in memory for a while; calls for the same secret at the same time share one request. */
export const createSecrets = (options: SecretsOptions): Secrets => {
  const { cacheMs = 300_000, clock = systemClock, timeLeft = createTimeLeft(clock), local } = options;
  const cache = new Map<string, Cached>();
  const connect = once(async () => options.kms());

  const unsealCached = (sealed: string, slot: string): Promise<string> => {
    const now = clock.now();
    for (const [key, { expires }] of cache) if (expires <= now) cache.delete(key);
    const key = `${slot} ${sealed}`;
    const known = cache.get(key);
    if (known !== undefined) return known.plaintext;
    const plaintext = (async () => decrypt(sealed, { kms: await connect(), slot, timeLeft }))();
    const entry: Cached = { plaintext, expires: Number.POSITIVE_INFINITY };
    cache.set(key, entry);
    plaintext.then(
      () => {
        entry.expires = clock.now() + cacheMs;
      },
      () => cache.delete(key),
    );
    return plaintext;
  };

  const readLocal = async (
    reference:
      | { readonly type: 'env'; readonly name: string }
      | { readonly type: 'file'; readonly path: string },
    slot: string,
  ): Promise<string> => {
    if (local === undefined)
      throw new TagboatError(
        'secret-local-only',
        `${slot} is given as \`${reference.type}:\`, which works on the local stack only`,
      );
    if (reference.type === 'env') {
      const value = local.env[reference.name];
      if (value === undefined || value === '')
        throw new TagboatError(
          'secret-not-found',
          `the environment variable ${reference.name} for ${slot} is not set`,
        );
      return value;
    }
    try {
      return withoutFinalNewline(await readFile(resolve(local.baseDirectory, reference.path), 'utf8'));
    } catch (cause) {
      throw new TagboatError('secret-not-found', `the file ${reference.path} for ${slot} cannot be read`, {
        cause,
      });
    }
  };

  return {
    unseal: async (text, slot) => {
      const reference = parseReference(text, slot);
      switch (reference.type) {
        case 'kms':
          return unsealCached(reference.sealed, slot);
        case 'placeholder':
          throw new TagboatError(
            'secret-reference-invalid',
            `${slot} still holds the placeholder of the template; run \`tagboat seal ${slot}\``,
          );
        default:
          return readLocal(reference, slot);
      }
    },
  };
};
