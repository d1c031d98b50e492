import {
  collectionPath,
  type Workload,
  type WorkloadRef,
  workloadPath,
} from '../../lib/cluster/objects/objects.ts';
import { rolloutStatus } from '../../lib/cluster/status/rollout-status.ts';
import type { RolloutStatus } from '../../lib/cluster/status/types.ts';
import type { AgreementCluster } from './cluster.ts';

/** One version of the workload and what is to be said of it. */
export type Version = RolloutStatus & {
  readonly image: string;
  readonly resourceVersion: number;
  readonly isPaused: boolean;
};

const versionOf = (workload: Workload): Version => ({
  ...rolloutStatus(workload),
  image: workload.spec.template.spec.containers[0]?.image ?? '',
  resourceVersion: Number(workload.metadata.resourceVersion),
  isPaused: workload.spec.paused === true,
});

/** Records every version of a workload from now on, by a watch of its own; ends with the signal. */
export const recordHistory = async (
  cluster: AgreementCluster,
  ref: WorkloadRef,
  onVersion: () => void,
  signal: AbortSignal,
) => {
  const versions: Version[] = [];
  let deleted = false;
  let waiting: (() => void)[] = [];
  await cluster.watch(
    collectionPath(ref),
    ({ type, object }) => {
      if (object.metadata.name !== ref.name) return;
      if (type === 'DELETED') deleted = true;
      else versions.push(versionOf({ ...object, kind: ref.kind }));
      onVersion();
      for (const wake of waiting.splice(0)) wake();
    },
    signal,
  );
  const until = async (isMet: () => boolean): Promise<void> => {
    while (!isMet())
      await new Promise<void>((resolve) => {
        waiting = [...waiting, resolve];
      });
  };
  return {
    /** Every version from the first on that carries the image; complete up to what the server has now. */
    since: async (image: string): Promise<readonly Version[]> => {
      const now = await cluster.read(workloadPath(ref));
      await until(
        () =>
          (now === undefined && deleted) ||
          (versions.at(-1)?.resourceVersion ?? 0) >= Number(now?.metadata.resourceVersion ?? Infinity),
      );
      const first = versions.findIndex((version) => version.image === image);
      return first === -1 ? [] : versions.slice(first);
    },
    /** As the server has it at this moment. */
    now: async (): Promise<Workload | undefined> => {
      const workload = await cluster.read(workloadPath(ref));
      return workload === undefined ? undefined : { ...workload, kind: ref.kind };
    },
    /** Until a version is done that carries the image. */
    done: (image: string): Promise<void> =>
      until(() => {
        const last = versions.at(-1);
        return last?.image === image && last.type === 'done';
      }),
  };
};
