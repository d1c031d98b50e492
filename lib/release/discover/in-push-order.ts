import { isRetryable } from '../../errors.ts';
import { askedAt, askedForSince } from '../intake/overtaken.ts';
import type { Candidate } from '../model/decide.ts';
import type { Release } from '../model/release.ts';
import { isOrdered, schemeOf } from '../model/tag-scheme.ts';
import type { Moment } from './announce.ts';
import type { Found } from './choose-missed.ts';
import type { DiscoverContext } from './context.ts';

/** When the image of a tag or a digest was made, in milliseconds since 1970; undefined where that cannot be told. */
type CreatedOf = (reference: string) => Promise<number | undefined>;

/** Each is two or three requests. */
const maxAsked = 10;

/** Asks for each image once, however many environments want to know. */
export const createdOnce = (image: string, { registry }: DiscoverContext): CreatedOf => {
  const known = new Map<string, Promise<number | undefined>>();
  const ask: CreatedOf = async (reference) => {
    try {
      return await (await registry()).createdOf(image, reference);
    } catch (error) {
      if (isRetryable(error)) throw error;
      return undefined;
    }
  };
  return (reference) => {
    const asked = known.get(reference) ?? ask(reference);
    known.set(reference, asked);
    return asked;
  };
};

type Looked = { readonly since: number | undefined; readonly createdOf: CreatedOf };

/**
 * Puts what was found in the order in which it was pushed, oldest first, with the time that it counts as asked for. Where the
 * order of the policy does not compare it with something else that was found, or was released since the look before, the times
 * at which the images were made do. Where these are not known, and of Git tags they are not, it is to be skipped, and somebody
 * has to choose.
 * @param found in the order of the policy
 * @throws TagboatError `registry-unreachable`, `store-unreachable`
 */
export const inPushOrder = async (
  found: readonly Found[],
  candidate: Candidate,
  { since, createdOf }: Looked,
  context: DiscoverContext,
): Promise<readonly (Found & Moment)[]> => {
  if (found.length === 0) return [];
  const { app, environment, target } = candidate;
  const scheme = schemeOf(target);
  const released = since === undefined ? [] : await askedForSince(candidate, since, context);
  const among = <T extends { readonly tag: string }>(others: readonly T[], tag: string): readonly T[] =>
    others.filter((other) => other.tag !== tag && !isOrdered(scheme, tag, other.tag));
  const unordered = found.filter(({ tag }) => among(found, tag).length + among(released, tag).length > 0);
  const rivals = released.filter(({ tag }) => among(unordered, tag).length > 0);
  const times = await timesOf(unordered, rivals, target.environment.on, createdOf);

  const placed = unordered.map(({ event, tag }) => {
    const at = times.get(tag);
    const releasedRivals = among(rivals, tag);
    const others = [...among(unordered, tag), ...releasedRivals].map((one) => one.tag);
    if (at === undefined || others.some((one) => [undefined, at].includes(times.get(one)))) {
      const skipReason = { code: 'newest-unknown', app, environment, tag, others } as const;
      return { event, tag, at: 0, since, skipReason };
    }
    const isNewest = releasedRivals.every((one) => (times.get(one.tag) ?? at) < at);
    const pushed = Math.max(Math.min(at, context.clock.now()), ...releasedRivals.map(askedAt));
    return { event, tag, at, since: since !== undefined && isNewest ? Math.max(since, pushed) : since };
  });
  return [
    ...found.filter((one) => !unordered.includes(one)).map((one) => ({ ...one, since })),
    ...placed.toSorted((a, b) => a.at - b.at),
  ];
};

/** When the images of tags were made; what a user released by hand has the time at which they did. */
const timesOf = async (
  found: readonly Found[],
  released: readonly Release[],
  trigger: Candidate['target']['environment']['on'],
  createdOf: CreatedOf,
): Promise<ReadonlyMap<string, number | undefined>> => {
  const times = new Map<string, number | undefined>();
  if (trigger !== 'image-push' || found.length + released.length > maxAsked) return times;
  for (const { tag } of found) times.set(tag, await createdOf(tag));
  for (const one of released)
    times.set(one.tag, one.byHand === true ? askedAt(one) : await createdOf(one.digest ?? one.tag));
  return times;
};
