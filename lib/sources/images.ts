import { TagboatError } from '../errors.ts';
import type { SourceEvent } from '../event.ts';
import { isDigest, isTag, tryParseImage } from '../image.ts';

/** A reference with neither tag nor digest; undefined where the text is none. */
const bareImage = (text: string) => {
  const image = tryParseImage(text);
  return image?.tag === undefined && image?.digest === undefined ? image : undefined;
};

/**
 * The name of an image as events have it, `docker.io/library/alpine`.
 * @param place of the text in the payload, for the message
 * @throws TagboatError `payload-invalid` where it is none, or has a tag or a digest
 */
export const imageNamed = (text: string, place: string): string => {
  const image = bareImage(text);
  if (image === undefined)
    throw new TagboatError('payload-invalid', `\`${place}\` is not the name of an image`);
  return image.name;
};

/** The name of an image at a host; undefined where host and path make none. */
export const imageAt = (host: string, path: string): string | undefined => {
  const image = bareImage(`${host}/${path}`);
  // A host without dot or port would read as the first part of a path on Docker Hub
  const isHub = /^(?:[a-z0-9-]+\.)?docker\.io$/i.test(host);
  return image?.host === (isHub ? 'docker.io' : host.toLowerCase()) ? image.name : undefined;
};

/** A digest that a payload may hold. */
export const digestIn = (value: string | null | undefined): string | undefined =>
  typeof value === 'string' && isDigest(value) ? value : undefined;

/** A tag that a payload may hold: where a manifest has none, some senders put its digest there, or nothing. */
export const tagIn = (value: string | null | undefined): string | undefined =>
  typeof value === 'string' && isTag(value) ? value : undefined;

/** What is announced twice in a payload is announced once. */
export const eachOnce = <Event extends SourceEvent>(events: readonly Event[]): readonly Event[] => {
  const first = new Map<string, Event>();
  for (const event of events) {
    const parts =
      event.type === 'image-pushed' ? [event.image, event.digest] : [event.repository, event.revision];
    const key = JSON.stringify([event.tag, ...parts]);
    if (!first.has(key)) first.set(key, event);
  }
  return [...first.values()];
};
