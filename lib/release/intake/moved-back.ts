import type { SourceEvent } from '../../event.ts';
import type { RegistryClient } from '../../registry/client.ts';
import { mayBeCurrent } from '../model/current-release.ts';
import { claimOfMove, isOfAnotherCommit, isUnderWay, type Release } from '../model/release.ts';
import type { Context } from '../queue/context.ts';
import { webhookRegistryMs } from '../queue/schedule.ts';
import { readToCurrent } from '../record/read-back.ts';
import { wasPushedAfter } from './late-push.ts';
import { askedAt } from './overtaken.ts';

type Version = Pick<Release, 'app' | 'environment' | 'id' | 'tag' | 'digest' | 'revision'>;

const isMoved = (one: Version, other: Version): boolean =>
  one.tag === other.tag &&
  ((one.digest !== undefined && other.digest !== undefined && one.digest !== other.digest) ||
    isOfAnotherCommit(one, other));

/**
 * The release that stands, or is about to, in the place of what its tag meant before: another digest or commit of the same tag.
 * Undefined where the tag has not moved on, or something else stands.
 * @param asking the id of a release that is not to be looked at: it asks for that version
 */
export const standsInstead = async (
  version: Version,
  { store }: Pick<Context, 'store'>,
  asking?: string,
): Promise<Release | undefined> => {
  const known = await readToCurrent(version, store);
  const standing = known.find((one) => one.id !== asking && (mayBeCurrent(one) || isUnderWay(one.state)));
  return standing !== undefined && standing.id !== version.id && isMoved(standing, version)
    ? standing
    : undefined;
};

/**
 * True where an event is known to be later than what stands, so that its tag was moved back: it moved the tag from there, and was not
 * seen before; or it was pushed after that was asked for; or the registry says now what it says. Any other may be a hook of before
 * that is delivered again.
 */
export const isLater = async (
  event: SourceEvent,
  digest: string | undefined,
  standing: Release,
  context: Context & { readonly registry: () => Promise<Pick<RegistryClient, 'digestOf'>> },
): Promise<boolean> => {
  const { store, clock, registry, logger } = context;
  if (wasPushedAfter(event, askedAt(standing), clock.now())) return true;
  if (event.type === 'tag-pushed')
    return (
      event.previous !== undefined &&
      event.previous === standing.revision &&
      (await store.findClaimed(standing, claimOfMove(event))) === undefined
    );
  try {
    const client = await registry();
    return digest === (await client.digestOf(event.image, event.tag, { timeoutMs: webhookRegistryMs }));
  } catch (error) {
    logger.warn('registry did not say whether the tag was moved back', { id: standing.id, error });
    return false;
  }
};
