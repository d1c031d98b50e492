import { isMutableTag } from '../../config/mutable-tags.ts';
import type { AppConfig } from '../../config/types.ts';
import type { ImagePushed } from '../../event.ts';
import { currentRelease } from '../model/current-release.ts';
import { type Candidate, decide } from '../model/decide.ts';
import { claimOfDigest, type Release } from '../model/release.ts';
import { readToCurrent } from '../record/read-back.ts';
import { announce } from './announce.ts';
import { type DiscoverContext, reconcileSource } from './context.ts';

/** Each is a request. */
const maxMutableTags = 20;

/** What a tag stood for at the look before, and when that was, in milliseconds since 1970. */
type Seen = { readonly digest: string | undefined; readonly at: number | undefined };

type Digests = Readonly<Record<string, string>>;

const eventOf = (image: string, tag: string, digest: string | undefined): ImagePushed => ({
  type: 'image-pushed',
  source: reconcileSource,
  delivery: `${image}:${tag}@${digest}`,
  image,
  tag,
  digest,
  actor: 'tagboat',
});

/**
 * True where a tag has come to stand for another image since it was released, or since it was seen. Where it stood for that before:
 * see `hasMovedBack`.
 */
const hasMoved = (
  tag: string,
  digest: string,
  current: Release | undefined,
  known: string | undefined,
): boolean =>
  known !== digest &&
  (tag === current?.tag ? current.digest !== undefined && current.digest !== digest : known !== undefined);

/**
 * True where a tag that stood for something else meanwhile is back at what it was released with before: at two looks after that was
 * released, since a registry may give an old answer for a moment. What was undone, has failed or is held stays away.
 */
const hasMovedBack = async (
  event: ImagePushed,
  candidate: Candidate,
  current: Release | undefined,
  known: Seen,
  before: Release,
  { store, clock }: DiscoverContext,
): Promise<boolean> => {
  const { tag, digest } = event;
  if (tag !== current?.tag || current.digest === undefined || current.digest === digest) return false;
  if (known.digest !== digest || known.at === undefined || known.at <= Date.parse(current.createdAt))
    return false;
  if (before.state !== 'healthy' && before.state !== 'superseded') return false;
  const holds = await store.holds(candidate.app, candidate.environment);
  return decide(event, candidate, holds, clock.now()).type === 'release';
};

/**
 * Asks what the tags stand for that environments with `pin: digest` have, or may have next because they move by convention, and
 * plans the digest that no hook announced.
 * @param listed the tags of the registry; undefined where they are those of the look before
 * @param known what the tags stood for then
 * @returns what they stand for now, and how many releases it came to
 * @throws TagboatError `registry-…`, `store-unreachable`
 */
export const lookForMovedDigests = async (
  { image }: AppConfig,
  candidates: readonly Candidate[],
  listed: readonly string[] | undefined,
  known: Digests,
  since: number | undefined,
  context: DiscoverContext,
): Promise<{ readonly digests: Digests; readonly found: number }> => {
  const { store, registry, clock } = context;
  const pinned = candidates.filter(({ target }) => target.environment.pin === 'digest');
  const mutable = (listed ?? Object.keys(known)).filter(isMutableTag).slice(0, maxMutableTags);
  const now = new Map<string, string | undefined>();
  const digestOf = async (tag: string): Promise<string | undefined> => {
    if (!now.has(tag)) now.set(tag, await (await registry()).digestOf(image, tag));
    return now.get(tag);
  };
  let found = 0;
  for (const candidate of pinned) {
    const { app, environment } = candidate;
    const current = currentRelease(await readToCurrent(candidate, store));
    for (const tag of new Set([...mutable, ...(current === undefined ? [] : [current.tag])])) {
      if (decide(eventOf(image, tag, undefined), candidate, [], clock.now()).type !== 'release') continue;
      const digest = await digestOf(tag);
      if (digest === undefined) continue;
      const event = eventOf(image, tag, digest);
      const before = await store.findClaimed({ app, environment }, claimOfDigest(tag, digest));
      if (
        before === undefined
          ? !hasMoved(tag, digest, current, known[tag])
          : !(await hasMovedBack(
              event,
              candidate,
              current,
              { digest: known[tag], at: since },
              before,
              context,
            ))
      )
        continue;
      // What the tag stands for now came after all that it stood for before; of other tags that is not known.
      const later = tag === current?.tag ? undefined : since;
      await announce(event, candidate, { since: later }, context);
      found += 1;
    }
  }
  const digests = [...now].flatMap(([tag, digest]) => (digest === undefined ? [] : [[tag, digest] as const]));
  return { digests: Object.fromEntries(digests), found };
};
