import { familiarName, type ImageReference, tryParseImage } from '../image.ts';
import type { PodSpec } from './objects.ts';

/** The image a release brings: its normalised name, its tag, and its digest where digests are pinned. */
export type ReleaseImage = {
  readonly image: string;
  readonly tag: string;
  readonly digest?: string | undefined;
};

/** `acme/okeydokey:1.2.3`, with the digest where it is pinned; for messages. */
export const describeRelease = ({ image, tag, digest }: ReleaseImage): string =>
  `${familiarName(image)}:${tag}${digest === undefined ? '' : `@${digest}`}`;

/** A container of a pod template that runs the app's image, whatever its tag. */
export type Carrier = {
  readonly list: 'containers' | 'initContainers';
  readonly container: string;
  /** As it stands in the template. */
  readonly text: string;
  readonly reference: ImageReference;
};

/** The containers of a pod template that run an image of that normalised name. */
export const carriersOf = (spec: PodSpec | undefined, image: string): readonly Carrier[] =>
  (['initContainers', 'containers'] as const).flatMap((list) =>
    (spec?.[list] ?? []).flatMap((container) => {
      const reference = container.image === undefined ? undefined : tryParseImage(container.image);
      return reference?.name === image
        ? [{ list, container: container.name, text: container.image ?? '', reference }]
        : [];
    }),
  );

/** True where the reference is the release's. With a pinned digest the digest decides. */
export const isRelease = (reference: ImageReference, release: ReleaseImage): boolean =>
  release.digest === undefined ? reference.tag === release.tag : reference.digest === release.digest;

/** The reference in the spelling of the template, with the release's tag: `okeydokey:1.2.3`, not `docker.io/library/…`. */
export const withRelease = (carrier: Carrier, release: ReleaseImage): string => {
  const { text, reference } = carrier;
  const name = text
    .slice(0, text.length - (reference.digest === undefined ? 0 : reference.digest.length + 1))
    .slice(0, reference.tag === undefined ? undefined : -(reference.tag.length + 1));
  return `${name}:${release.tag}${release.digest === undefined ? '' : `@${release.digest}`}`;
};
