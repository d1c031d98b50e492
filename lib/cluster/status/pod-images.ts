import { tryParseImage } from '../../image.ts';
import type { Pod, PodSpec } from '../objects/objects.ts';
import {
  type Carrier,
  compareWith,
  describeRelease,
  type Expected,
  watchedCarriersOf,
} from '../objects/template-image.ts';
import { runningImage } from './running-image.ts';
import { isReady } from './snapshot.ts';

/** A container of a ready pod that was to run the release's image and runs another. */
export type OtherImage = { readonly pod: string; readonly container: string; readonly image: string };

/** A pod of a Job is done with its work, and not ready any more. */
const hasServed = (pod: Pod): boolean => isReady(pod) || pod.status?.phase === 'Succeeded';

/** Every carrier in every ready pod, and in every one that has ended well. */
export const readyCarriers = (
  template: PodSpec,
  pods: readonly Pod[],
  { image, isOtherVariant }: Pick<Expected, 'image' | 'isOtherVariant'>,
) =>
  pods
    .filter(hasServed)
    .flatMap((pod) =>
      watchedCarriersOf(template, image, isOtherVariant).map((carrier) => ({ pod, carrier })),
    );

const imageIn = (pod: Pod, { list, container }: Carrier): string =>
  pod.spec[list]?.find(({ name }) => name === container)?.image ?? 'no such container';

/** As `compareWith`; of a pinned image that a webhook names by the tag alone, the node knows the digest. */
const verify = (image: string, pod: Pod, carrier: Carrier, release: Expected) => {
  const reference = tryParseImage(image);
  const isNamedByTag =
    reference !== undefined && reference.digest === undefined && reference.tag === release.tag;
  return isNamedByTag && release.digest !== undefined && runningImage(pod, carrier)?.digest === release.digest
    ? 'same'
    : compareWith(reference, release);
};

/**
 * Compares what ready pods of the new revision, or those of a Job that ended well, run with what the release brought: `kubectl rollout status` counts pods,
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
  const found = readyCarriers(template, pods, release).map((pair) => {
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
    ],
  };
};
