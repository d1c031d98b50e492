import { familiarName, type ImageReference, tryParseImage } from '../../image.ts';
import type { PodSpec } from './objects.ts';

/** The image a release brings: its normalised name, its tag, and its digest where digests are pinned. */
export type ReleaseImage = {
  readonly image: string;
  readonly tag: string;
  readonly digest?: string | undefined;
  /** Whether a tag is of another variant of the image, which has nothing to do with the release: a container with it is not its. */
  readonly isOtherVariant?: ((tag: string) => boolean) | undefined;
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

const carriersWhere = (
  spec: PodSpec | undefined,
  isMeant: (reference: ImageReference) => boolean,
): readonly Carrier[] =>
  (['initContainers', 'containers'] as const).flatMap((list) =>
    (spec?.[list] ?? []).flatMap((container) => {
      const reference = container.image === undefined ? undefined : tryParseImage(container.image);
      return reference !== undefined && isMeant(reference)
        ? [{ list, container: container.name, text: container.image ?? '', reference }]
        : [];
    }),
  );

type IsOtherVariant = ReleaseImage['isOtherVariant'];

const isOther = ({ tag }: ImageReference, isOtherVariant: IsOtherVariant): boolean =>
  tag !== undefined && isOtherVariant?.(tag) === true;

/** The containers of a pod template that run an image of that normalised name. @param isOtherVariant see `ReleaseImage` */
export const carriersOf = (
  spec: PodSpec | undefined,
  image: string,
  isOtherVariant?: IsOtherVariant,
): readonly Carrier[] =>
  carriersWhere(spec, (reference) => reference.name === image && !isOther(reference, isOtherVariant));

/**
 * The containers that pull the image from a mirror that keeps the whole of its name, its registry included:
 * `mirror.example.com/ghcr.io/acme/web` for `ghcr.io/acme/web`. No other image has such a name.
 */
export const mirrorsOf = (
  spec: PodSpec | undefined,
  image: string,
  isOtherVariant?: IsOtherVariant,
): readonly Carrier[] =>
  carriersWhere(
    spec,
    (reference) => `/${reference.path}`.endsWith(`/${image}`) && !isOther(reference, isOtherVariant),
  );

/**
 * Those that carry the image in a workload that is known to be meant, to be watched and not to be changed; where there is
 * none, the containers that pull it from a mirror, at last from any whose path ends like its own, which by itself may be
 * another image: `ghcr.io/other/web`. Policy engines redirect images not in pods alone, but in the templates of
 * workloads too. https://kyverno.io/docs/policy-types/cluster-policy/autogen/
 */
export const watchedCarriersOf = (
  spec: PodSpec | undefined,
  image: string,
  isOtherVariant?: IsOtherVariant,
): readonly Carrier[] => {
  const carriers = carriersOf(spec, image, isOtherVariant);
  if (carriers.length > 0) return carriers;
  const mirrors = mirrorsOf(spec, image, isOtherVariant);
  if (mirrors.length > 0) return mirrors;
  const path = tryParseImage(image)?.path;
  const alike = carriersWhere(
    spec,
    (reference) => path !== undefined && `/${reference.path}`.endsWith(`/${path}`),
  );
  const own = alike.filter(({ reference }) => !isOther(reference, isOtherVariant));
  // It was given to another variant altogether: the verdict names what it has.
  return own.length > 0 ? own : alike;
};

export type Expected = ReleaseImage & {
  /** What the registry has under the tag, where it is not pinned and known. */
  readonly knownDigest?: string | undefined;
};

/** `acme/okeydokey:1.2.3@sha256:…`, with the digest that the registry has where it is known; for messages. */
export const describeExpected = ({ knownDigest, ...release }: Expected): string =>
  describeRelease({ ...release, digest: release.digest ?? knownDigest });

/**
 * What a reference in the cluster is to the release:
 *
 * - `same`: the release's image.
 * - `other`: an image of another version.
 * - `other-digest`: it has the release's tag, and beside it a digest that is not the one that the registry has there. The
 *   digest decides what is pulled, so that it runs something else.
 * - `unclear`: it has a digest, and the release's is not known here.
 */
export type Comparison = 'same' | 'other' | 'other-digest' | 'unclear';

/**
 * Whether a reference in the cluster is the release's, whatever registry and name it is pulled from: admission webhooks
 * redirect to a mirror, and some put the digest that they found beside the tag or in its place. Where the reference has a
 * digest, and where one is pinned, the digest decides: a container runtime does not look at the tag then.
 * https://github.com/distribution/reference/blob/main/reference.go
 */
export const compareWith = (reference: ImageReference | undefined, release: Expected): Comparison => {
  if (reference === undefined) return 'other';
  const { tag, digest } = reference;
  if (release.digest !== undefined) return digest === release.digest ? 'same' : 'other';
  if (digest === undefined) return tag === release.tag ? 'same' : 'other';
  if (digest === release.knownDigest) return 'same';
  if (tag !== undefined && tag !== release.tag) return 'other';
  if (release.knownDigest === undefined) return 'unclear';
  return tag === undefined ? 'other' : 'other-digest';
};

/**
 * True where the reference in a template is just what the release would write. With a pinned digest the digest decides;
 * without, a digest beside the tag is not the release's: it may be that of an earlier version.
 */
export const isRelease = (reference: ImageReference, release: ReleaseImage): boolean =>
  release.digest === undefined
    ? reference.tag === release.tag && reference.digest === undefined
    : reference.digest === release.digest;

/** The reference in the spelling of the template, with the release's tag: `okeydokey:1.2.3`, not `docker.io/library/…`. */
export const withRelease = (carrier: Carrier, release: ReleaseImage): string => {
  const { text, reference } = carrier;
  const name = text
    .slice(0, text.length - (reference.digest === undefined ? 0 : reference.digest.length + 1))
    .slice(0, reference.tag === undefined ? undefined : -(reference.tag.length + 1));
  return `${name}:${release.tag}${release.digest === undefined ? '' : `@${release.digest}`}`;
};
