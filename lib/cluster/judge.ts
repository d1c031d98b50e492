import { familiarName } from '../image.ts';
import type { Workload, WorkloadRef } from './objects.ts';
import { rolloutStatus } from './status.ts';
import { carriersOf, isRelease, type ReleaseImage } from './template-image.ts';

export type Judgement = {
  readonly type: 'done' | 'waiting' | 'failed' | 'superseded' | 'missing';
  readonly message: string;
  /** True where the workload carries the release's image. */
  readonly carries: boolean;
};

const describe = (ref: WorkloadRef): string => `${ref.kind.toLowerCase()} "${ref.name}"`;

const withTag = (release: ReleaseImage): string =>
  `${familiarName(release.image)}:${release.tag}${release.digest === undefined ? '' : `@${release.digest}`}`;

/**
 * `kubectl rollout status`, and beyond it: a rollout counts only while the workload carries the release's image.
 * @param expected false while somebody else has yet to set the image: an in-cluster agent
 */
export const judge = (
  ref: WorkloadRef,
  workload: Workload | undefined,
  release: ReleaseImage,
  expected: boolean,
): Judgement => {
  if (workload === undefined)
    return expected
      ? { type: 'missing', message: `${describe(ref)} is not in the cluster`, carries: false }
      : { type: 'waiting', message: `Waiting for ${describe(ref)} to be created...`, carries: false };
  const carriers = carriersOf(workload.spec.template.spec, release.image);
  const other = carriers.find((carrier) => !isRelease(carrier.reference, release));
  const carries = carriers.length > 0 && other === undefined;
  if (!carries) {
    const instead = other === undefined ? 'no image of that name' : other.text;
    return expected
      ? { type: 'superseded', message: `${describe(ref)} was given ${instead} meanwhile`, carries }
      : {
          type: 'waiting',
          message: `Waiting for ${describe(ref)} to be given ${withTag(release)} (it has ${instead})...`,
          carries,
        };
  }
  const status = rolloutStatus(workload);
  if (status.type === 'waiting' && workload.spec.paused === true)
    return { type: 'waiting', message: `${describe(ref)} is paused. ${status.message}`, carries };
  return { ...status, carries };
};
