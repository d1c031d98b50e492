import { describeWorkload, type Workload, type WorkloadRef } from '../objects/objects.ts';
import { type Carrier, compareWith, type Expected, watchedCarriersOf } from '../objects/template-image.ts';

export type MovedDigests = {
  /** The containers whose digest cannot be compared and has come with the tag; none where one of them has not. */
  readonly look: (ref: WorkloadRef, workload: Workload) => readonly Carrier[];
};

/**
 * Tells a digest that came with the release's tag, as an admission webhook writes it into templates, from one that stood
 * there before it: the digest of an earlier version, which a chart has beside the tag. Only what was seen before with another
 * version can be told.
 */
export const createMovedDigests = (release: Expected): MovedDigests => {
  const before = new Map<string, ReadonlySet<string>>();
  return {
    look: (ref, workload) => {
      const name = describeWorkload(ref);
      const carriers = watchedCarriersOf(workload.spec.template.spec, release.image, release.isOtherVariant);
      const are = (is: string) => carriers.filter(({ reference }) => compareWith(reference, release) === is);
      const others = are('other');
      const digests = others.flatMap(({ reference }) => reference.digest ?? []);
      if (others.length > 0) before.set(name, new Set([...(before.get(name) ?? []), ...digests]));
      const known = before.get(name);
      const unclear = are('unclear');
      const haveMoved =
        others.length === 0 &&
        known !== undefined &&
        unclear.every(({ reference }) => !known.has(reference.digest ?? ''));
      return haveMoved ? unclear : [];
    },
  };
};
