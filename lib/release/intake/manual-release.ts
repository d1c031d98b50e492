import type { Actor } from '../../actor.ts';
import { isMutableTag } from '../../config/mutable-tags.ts';
import { TagboatError } from '../../errors.ts';
import { isTag } from '../../image.ts';
import type { Hold } from '../../view/hold.ts';
import { liftEarlierHold } from '../lifecycle/lift-hold.ts';
import { currentRelease } from '../model/current-release.ts';
import { findHold, isInForce } from '../model/hold.ts';
import { lockGroupOf } from '../model/lock-group.ts';
import type { Release } from '../model/release.ts';
import { targetOf } from '../model/target.ts';
import { movedOn } from '../model/undo-plan.ts';
import type { Context } from '../queue/context.ts';
import { enqueueNext } from '../queue/enqueue-next.ts';
import { pickUpMs } from '../queue/schedule.ts';
import { readToCurrent } from '../record/read-back.ts';

export type ManualReleaseRequest = {
  readonly app: string;
  readonly environment: string;
  readonly tag: string;
  readonly by: Actor;
  readonly source: string;
  /** What makes this request itself: asked again with the same one, it is the same release. */
  readonly delivery: string;
  /** The id of the release that has to be the current one: the button was under its message. */
  readonly expect?: string | undefined;
  /** True where the user was shown that the tag is held, and confirmed the release. */
  readonly confirmed: boolean;
  /** When it was requested, in milliseconds since 1970; now where absent. */
  readonly askedAt?: number | undefined;
  readonly responseUrl?: string | undefined;
  readonly askedFrom?: string | undefined;
};

type ManualReleaseAccepted =
  | { readonly type: 'recorded'; readonly release: Release; readonly lifted: Hold | undefined }
  /** Nothing was done yet. */
  | { readonly type: 'held'; readonly hold: Hold };

/**
 * Releases a tag that a user asked for: neither the tag policy nor a newer tag prevents it. A held tag is released only
 * after confirmation, which lifts the hold of that tag; a hold of every tag stays in force for other releases.
 * @throws TagboatError `command-invalid`, `release-moved-on`, `environment-unknown`, `store-unreachable`
 */
export const requestManualRelease = async (
  request: ManualReleaseRequest,
  context: Context,
): Promise<ManualReleaseAccepted> => {
  const { config, store, clock } = context;
  const { app, environment, repo } = targetOf(config, request.app, request.environment);
  const { tag } = request;
  if (!isTag(tag))
    throw new TagboatError('command-invalid', `"${tag.slice(0, 130)}" cannot be the tag of an image`);
  if (isMutableTag(tag) && environment.pin !== 'digest')
    throw new TagboatError(
      'command-invalid',
      `"${tag}" may mean another image tomorrow; set \`pin: digest\` for ${request.environment} to release it`,
    );
  const known = await readToCurrent(request, store);
  const own = known.find(
    ({ byHand, delivery, source }) =>
      byHand === true && delivery === request.delivery && source === request.source,
  );
  if (own === undefined) {
    const current = currentRelease(known);
    if (request.expect !== undefined && current?.id !== request.expect)
      throw movedOn(request, known, current);
    if (current?.tag === tag && !mayBeReleasedAgain(current) && environment.pin !== 'digest')
      throw new TagboatError('command-invalid', `${tag} is what ${request.environment} has now`);
  }
  const holds = await store.holds(request.app, request.environment);
  const { askedAt = clock.now() } = request;
  // A request that is carried out late was confirmed without knowing of a hold that was set since.
  const unknown = holds.filter((one) => !request.confirmed || Date.parse(one.createdAt) > askedAt);
  const hold =
    findHold(unknown, { tag }, clock.now()) ??
    unknown.find((one) => one.tag === tag && isInForce(one, clock.now()));
  if (own === undefined && hold !== undefined) return { type: 'held', hold };
  const group = lockGroupOf(repo);
  const { release } = await store.record(
    {
      app: request.app,
      environment: request.environment,
      kind: 'release',
      image: app.image,
      tag,
      digest: undefined,
      requestedBy: request.by,
      source: request.source,
      delivery: request.delivery,
      group,
      byHand: true,
      awaitsImage: true,
      responseUrl: request.responseUrl,
      askedFrom: request.askedFrom,
      claim: `hand#${request.delivery}`,
    },
    'images',
    clock.now() + pickUpMs,
    () => false,
  );
  const lifted = await liftEarlierHold(release, holds, context);
  await enqueueNext(release, context);
  return { type: 'recorded', release, lifted };
};

/** It failed, or was replaced in the cluster by another client. */
const mayBeReleasedAgain = ({ state }: Release): boolean => state === 'failed' || state === 'superseded';
