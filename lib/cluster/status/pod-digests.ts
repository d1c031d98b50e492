import { type DigestComparison, tryParseImage } from '../../image.ts';
import type { Pod, PodSpec } from '../objects/objects.ts';
import { describeRelease, type Expected } from '../objects/template-image.ts';
import { readyCarriers } from './pod-images.ts';
import { runningImage } from './running-image.ts';

/** What a container of a ready pod runs under the release's tag. */
export type RunningDigest = {
  readonly pod: string;
  readonly container: string;
  /** Undefined where the container runtime names none. */
  readonly digest: string | undefined;
  readonly isNamed: boolean;
  readonly pullPolicy: string | undefined;
  /** Compared with what the registry had under the tag. */
  readonly is: DigestComparison;
};

/**
 * Compares what ready pods run with what the registry had under the tag when it was released. Of a pinned image there is nothing
 * to compare: the node was given the digest. Nor where the registry's is not known.
 * @param template of the workload; its containers that carry the image are looked at, by name
 */
export const comparePodDigests = async (
  template: PodSpec,
  pods: readonly Pod[],
  release: Expected,
  compare: (running: string) => Promise<DigestComparison>,
): Promise<readonly RunningDigest[]> => {
  const { digest: pinned, knownDigest } = release;
  if (pinned !== undefined || knownDigest === undefined) return [];
  const compared = new Map<string, Promise<DigestComparison>>();
  const compareOnce = (digest: string): Promise<DigestComparison> => {
    const comparison = compared.get(digest) ?? compare(digest);
    compared.set(digest, comparison);
    return comparison;
  };
  /** A node that was given the digest, by an admission webhook, runs no other. */
  const isOf = async (given = '', running?: string): Promise<DigestComparison> => {
    if (tryParseImage(given)?.digest === knownDigest) return 'same';
    return running === undefined ? 'unknown' : await compareOnce(running);
  };
  return await Promise.all(
    readyCarriers(template, pods, release).map(async ({ pod, carrier }) => {
      const { list, container } = carrier;
      const running = runningImage(pod, carrier);
      const given = pod.spec[list]?.find(({ name }) => name === container);
      return {
        pod: pod.metadata.name,
        container,
        digest: running?.digest,
        isNamed: running?.isNamed === true,
        pullPolicy: given?.imagePullPolicy,
        is: await isOf(given?.image, running?.digest),
      };
    }),
  );
};

/** `sha256:0123456789ab…` */
export const shortDigest = (digest: string): string => `${digest.slice(0, 'sha256:'.length + 12)}…`;

const countPods = (pods: readonly string[]): string =>
  pods.length === 1 ? `Pod ${pods[0]} runs` : `${pods.length} pods (${pods[0]} and others) run`;

/** What is worth knowing of digests that cannot be told from the release's. */
export const digestNotes = (found: readonly RunningDigest[], release: Expected): readonly string[] => {
  const unclear = found.filter(({ is, isNamed }) => is === 'unknown' && isNamed);
  return [...Map.groupBy(unclear, ({ digest = '' }) => digest)].map(
    ([digest, of]) =>
      `${countPods([...new Set(of.map(({ pod }) => pod))])} ${shortDigest(digest)}, and the registry had ${shortDigest(release.knownDigest ?? '')} under ${describeRelease(release)}: either the tag was pushed again and the node kept the old image, or the container runtime names the digest of its platform's part of the image. The registry could not tell which.`,
  );
};
