import type { Diagnosis } from '../diagnose/finding.ts';
import { describeWorkload, type WorkloadRef } from '../objects/objects.ts';
import { describeRelease, type Expected } from '../objects/template-image.ts';
import { type RunningDigest, shortDigest } from '../status/pod-digests.ts';

const describePod = ({ pod, container, digest, pullPolicy }: RunningDigest): string =>
  `pod ${pod}, container ${container}: ${digest ?? 'no digest'}${pullPolicy === undefined ? '' : ` (imagePullPolicy: ${pullPolicy})`}`;

const subject = (
  ref: WorkloadRef,
  found: readonly RunningDigest[],
  release: Expected,
  more: readonly string[] = [],
) => {
  const [first] = found;
  const pods = new Set(found.map((one) => one.pod)).size;
  return {
    evidence: [
      `${describeRelease(release)} was ${release.knownDigest} in the registry when it was released`,
      ...found.map(describePod),
      ...more,
    ],
    workload: describeWorkload(ref),
    ...(first === undefined ? {} : { pod: first.pod, container: first.container }),
    ...(pods > 1 ? { count: pods } : {}),
  };
};

/** Every policy but this one takes an image of that tag that is on the node. */
const keepsOld = ({ pullPolicy }: RunningDigest): boolean =>
  pullPolicy !== undefined && pullPolicy !== 'Always';

/** Pods run another image under the release's tag. @param found at least `first` */
export const diagnoseOtherDigest = (
  ref: WorkloadRef,
  found: readonly RunningDigest[],
  first: RunningDigest,
  release: Expected,
): Diagnosis => {
  const runs = `Container ${first.container} runs ${shortDigest(first.digest ?? '')} under the tag ${release.tag}, and the release is of ${shortDigest(release.knownDigest ?? '')}`;
  return {
    cause: 'other-digest',
    ...(keepsOld(first)
      ? {
          summary: `${runs}: with imagePullPolicy ${first.pullPolicy} a node does not pull a tag again that it has.`,
          next: 'Give each image a tag of its own, set `pin: digest`, or `imagePullPolicy: Always` in the manifest.',
        }
      : {
          summary: `${runs}: the tag was pushed again since, or it is pulled from somewhere that has another image.`,
          next: 'Give each image a tag of its own, or set `pin: digest`; if nobody pushed the tag again, look at the mirror that the nodes pull from.',
        }),
    ...subject(ref, found, release),
  };
};

/** Nobody can say whether pods run the image that they were restarted for. @param why further evidence */
export const diagnoseUnknownDigest = (
  ref: WorkloadRef,
  found: readonly RunningDigest[],
  release: Expected,
  why: readonly string[],
): Diagnosis => ({
  cause: 'digest-unknown',
  summary: `The pods were restarted, and whether they run ${shortDigest(release.knownDigest ?? '')} cannot be told.`,
  next: 'Set `pin: digest`: then the digest stands in the manifest, and a node can run no other.',
  ...subject(ref, found, release, why),
});
