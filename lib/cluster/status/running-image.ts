import type { Pod } from '../objects/objects.ts';
import type { Carrier } from '../objects/template-image.ts';

/** What a container runtime says of the image of a container. */
export type RunningImage = {
  readonly digest: string;
  /** False for the bare id of an image, which is in no registry: the digest of its configuration. */
  readonly isNamed: boolean;
};

/** Undefined where it says nothing, or nothing that is a digest. */
export const runningImage = (pod: Pod, { list, container }: Carrier): RunningImage | undefined => {
  const statuses = list === 'containers' ? pod.status?.containerStatuses : pod.status?.initContainerStatuses;
  const imageId = statuses?.find(({ name }) => name === container)?.imageID;
  const [, named, digest] = /^(.*@)?(sha256:[0-9a-f]{64})$/.exec(imageId ?? '') ?? [];
  return digest === undefined ? undefined : { digest, isNamed: named !== undefined };
};
