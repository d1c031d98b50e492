import { isMutableTag } from '../../config/mutable-tags.ts';
import { TagboatError } from '../../errors.ts';
import { isTag } from '../../image.ts';
import { liftEarlierHold } from '../lifecycle/lift-hold.ts';
import { currentRelease } from '../model/current-release.ts';
import { type Hold, holdFor, isInForce } from '../model/hold.ts';
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
  readonly by: string;
  readonly source: string;
  /** What makes this request itself: asked again with the same one, it is the same release. */
  readonly delivery: string;
  /** The id of the release that has to stand still, for somebody who decided by what was shown. */
  readonly expect?: string | undefined;
  /** True where somebody knows that the tag is held, and wants it all the same. */
  readonly confirmed: boolean;
  /** When somebody asked, in milliseconds since 1970; now where absent. */
  readonly askedAt?: number | undefined;
  readonly responseUrl?: string | undefined;
  readonly askedFrom?: string | undefined;
};

export type ManualReleaseAccepted =
  | { readonly type: 'recorded'; readonly release: Release; readonly lifted: Hold | undefined }
  /** Nothing was done yet. */
  | { readonly type: 'held'; readonly hold: Hold };

/**
 * Releases a tag because somebody says so: no tag policy and no newer tag stands in its way. One that is held is released
 * only by somebody who knows, and that lifts its own hold; a hold of every tag stays for whatever comes next.
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
  // Carried out late, nobody who confirmed it knew of a hold that came since.
  const unknown = holds.filter((one) => !request.confirmed || Date.parse(one.createdAt) > askedAt);
  const hold =
    holdFor(unknown, { tag }, clock.now()) ??
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

/** What failed, or was taken away in the cluster behind our back, is worth releasing again. */
const mayBeReleasedAgain = ({ state }: Release): boolean => state === 'failed' || state === 'superseded';
