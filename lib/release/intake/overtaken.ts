import { isOfAnotherCommit, isUnderWay, type Release } from '../model/release.ts';
import { isOrdered, schemeOf } from '../model/tag-scheme.ts';
import { targetOf } from '../model/target.ts';
import type { Context } from '../queue/context.ts';

/** As many releases of an environment are looked through, newest first: what came since a hook was received. */
const looksBack = 100;

type Late = Pick<Release, 'app' | 'environment' | 'tag' | 'digest' | 'revision'> & {
  /** When the hook was received first, or what it announces was pushed, in milliseconds since 1970. */
  readonly receivedAt: number;
};

/** When a release was asked for, in milliseconds since 1970. */
export const askedAt = ({ receivedAt, createdAt }: Release): number => receivedAt ?? Date.parse(createdAt);

/**
 * The release that was asked for after a hook that comes late, where no order of versions can tell which of the two is newer: the
 * one that was asked for last is then, as it would be had the hook not been late. One that has failed or was undone since takes
 * nobody's place.
 */
export const overtakenBy = async (
  { app, environment, tag, digest, revision, receivedAt }: Late,
  { config, store }: Context,
): Promise<Release | undefined> => {
  const scheme = schemeOf(targetOf(config, app, environment));
  const known = await store.list(app, environment, { limit: looksBack });
  return known.find(
    (one) =>
      one.kind === 'release' &&
      askedAt(one) > receivedAt &&
      (isUnderWay(one.state) || one.state === 'healthy') &&
      !isOrdered(scheme, tag, one.tag) &&
      !(one.tag === tag && one.digest === digest && !isOfAnotherCommit(one, { revision })),
  );
};
