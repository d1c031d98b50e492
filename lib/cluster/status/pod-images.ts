import { tryParseImage } from '../../image.ts';
import type { Pod, PodSpec } from '../objects/objects.ts';
import {
  type Carrier,
  compareWith,
  describeRelease,
  type Expected,
  watchedCarriersOf,
} from '../objects/template-image.ts';
import { isReady } from './snapshot.ts';

/** A container of a ready pod that was to run the release's image and runs another. */
export type OtherImage = { readonly pod: string; readonly container: string; readonly image: string };

/** Every carrier in every ready pod. */
const pairs = (template: PodSpec, pods: readonly Pod[], { image, otherTags }: Expected) =>
  pods
    .filter(isReady)
    .flatMap((pod) => watchedCarriersOf(template, image, otherTags).map((carrier) => ({ pod, carrier })));

const imageIn = (pod: Pod, { list, container }: Carrier): string =>
  pod.spec[list]?.find(({ name }) => name === container)?.image ?? 'no such container';

/** `sha256:0123456789ab…` */
const short = (digest: string): string => `${digest.slice(0, 'sha256:'.length + 12)}…`;

/** The digest that the container runtime names; undefined where it names none of an image in a registry. */
const runningDigest = (pod: Pod, { list, container }: Carrier): string | undefined => {
  const statuses = list === 'containers' ? pod.status?.containerStatuses : pod.status?.initContainerStatuses;
  const imageId = statuses?.find(({ name }) => name === container)?.imageID;
  return /@(sha256:[0-9a-f]{64})$/.exec(imageId ?? '')?.[1];
};

const countPods = (pods: readonly string[]): string =>
  pods.length === 1 ? `Pod ${pods[0]} runs` : `${pods.length} pods (${pods[0]} and others) run`;

/** As `compareWith`; of a pinned image that a webhook names by the tag alone, the node knows the digest. */
const verify = (image: string, pod: Pod, carrier: Carrier, release: Expected) => {
  const reference = tryParseImage(image);
  const isNamedByTag =
    reference !== undefined && reference.digest === undefined && reference.tag === release.tag;
  return isNamedByTag && release.digest !== undefined && runningDigest(pod, carrier) === release.digest
    ? 'same'
    : compareWith(reference, release);
};

/** A pinned image needs no note: the node was given the digest, and reports that of the manifest for its platform. */
const digestNotes = (found: ReturnType<typeof pairs>, release: Expected): readonly string[] => {
  const { knownDigest } = release;
  if (release.digest !== undefined || knownDigest === undefined) return [];
  const running = found.flatMap(({ pod, carrier }) => {
    const digest = runningDigest(pod, carrier);
    return digest === undefined || digest === knownDigest ? [] : [{ digest, pod: pod.metadata.name }];
  });
  return [...Map.groupBy(running, ({ digest }) => digest)].map(
    ([digest, of]) =>
      `${countPods([...new Set(of.map(({ pod }) => pod))])} ${short(digest)}, and the registry has ${short(knownDigest)} under ${describeRelease(release)}: either the tag was pushed again and the node kept the old image, or the container runtime names the digest of its platform's part of the image.`,
  );
};

/**
 * Compares what ready pods of the new revision run with what the release brought: `kubectl rollout status` counts pods,
 * and an admission webhook may have given them another image. Pure.
 * @param template of the workload; its containers that carry the image are looked at, by name
 * @param pods of the new revision
 * @returns the containers that run another, and notes on pods that run the right image
 */
export const checkPodImages = (
  template: PodSpec,
  pods: readonly Pod[],
  release: Expected,
): { readonly others: readonly OtherImage[]; readonly notes: readonly string[] } => {
  const found = pairs(template, pods, release).map((pair) => {
    const image = imageIn(pair.pod, pair.carrier);
    return { ...pair, image, is: verify(image, pair.pod, pair.carrier, release) };
  });
  const unclear = found.find(({ is }) => is === 'unclear');
  return {
    others: found
      .filter(({ is }) => is === 'other' || is === 'other-digest')
      .map(({ pod, carrier, image }) => ({ pod: pod.metadata.name, container: carrier.container, image })),
    notes: [
      ...(unclear === undefined
        ? []
        : [
            `Pod ${unclear.pod.metadata.name} was given ${unclear.image} in place of ${describeRelease(release)}; the registry's digest is not known here, so that the two cannot be compared.`,
          ]),
      ...digestNotes(found, release),
    ],
  };
};
