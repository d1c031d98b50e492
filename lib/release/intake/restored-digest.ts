import { TagboatError } from '../../errors.ts';
import type { Release } from '../model/release.ts';
import type { Context } from '../queue/context.ts';

/**
 * The digest that an undo brings back where none is pinned: the one that the registry has under its tag now, since that is what
 * nodes pull. A registry that cannot say keeps no undo waiting: then it is the one on record.
 * @param recorded the digest under which the tag was released
 * @param ask the registry: the digest, nothing, or the passing fault that kept it from answering
 */
export const restoredDigest = async (
  undo: Release,
  recorded: string,
  ask: () => Promise<string | TagboatError | undefined>,
  { store, logger }: Pick<Context, 'store' | 'logger'>,
): Promise<string> => {
  const found = await ask().catch((error: unknown) => {
    if (error instanceof TagboatError) return error;
    throw error;
  });
  if (typeof found !== 'string') {
    logger.warn('undo goes on with the digest on record', { id: undo.id, error: found });
    return recorded;
  }
  if (found !== recorded)
    await store.amend(undo, ['queued', 'waiting-for-image'], { caution: { code: 'moved' } });
  return found;
};
