import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { TagboatError } from '../../../../lib/errors.ts';
import { stateUnusable } from '../../state/unusable.ts';

const schema = z.object({
  keys: z.array(
    z.object({
      id: z.uuid(),
      arn: z.string(),
      /** 32 bytes in Base64. */
      material: z.string().check(z.regex(/^[A-Za-z0-9+/]{43}=$/)),
      description: z.string(),
      /** Milliseconds since 1970. */
      created: z.number(),
    }),
  ),
  /** `name`: `alias/tagboat` */
  aliases: z.array(z.object({ name: z.string(), arn: z.string(), keyId: z.uuid(), created: z.number() })),
});

/** All keys and aliases. */
export type KeyRingState = z.infer<typeof schema>;

const pathIn = (directory: string): string => join(directory, 'keys.json');

/**
 * The keys kept in a directory; none where there is no file yet.
 * @throws TagboatError `local-state-damaged`: new keys could not open what was sealed with the old ones;
 *   `local-state-unusable`
 */
export const readKeyFile = async (directory: string): Promise<KeyRingState> => {
  const path = pathIn(directory);
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      return { keys: [], aliases: [] };
    const unusable = stateUnusable(cause, directory);
    if (unusable !== undefined) throw unusable;
    throw new TagboatError('local-state-damaged', `${path} does not hold the keys of the local KMS`, {
      cause,
    });
  }
};

/** Saves the keys, readable by their owner only: one write after the other, each whole or not at all. */
export const keyFileWriter = (directory: string): ((state: KeyRingState) => Promise<void>) => {
  let previous = Promise.resolve();
  return (state) => {
    const write = previous.then(() => replaceFile(directory, JSON.stringify(state, undefined, 2)));
    previous = write.catch(() => {});
    return write;
  };
};

const replaceFile = async (directory: string, text: string): Promise<void> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const temporary = `${pathIn(directory)}.${randomUUID()}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, pathIn(directory));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};
