import { type Workload, type WorkloadRef, workloadPath, workloadsPath } from '../../lib/cluster/objects.ts';
import { type RolloutStatus, rolloutStatus } from '../../lib/cluster/status.ts';
import type { AgreementCluster } from './cluster.ts';

/** One version of the workload and what is to be said of it. */
export type Version = RolloutStatus & { readonly image: string; readonly resourceVersion: number };

const versionOf = (workload: Workload): Version => ({
  ...rolloutStatus(workload),
  image: workload.spec.template.spec.containers[0]?.image ?? '',
  resourceVersion: Number(workload.metadata.resourceVersion),
});

/** Records every version of a workload from now on, by a watch of its own; ends with the signal. */
export const recordHistory = async (
  cluster: AgreementCluster,
  ref: WorkloadRef,
  onVersion: () => void,
  signal: AbortSignal,
) => {
  const versions: Version[] = [];
  let waiting: (() => void)[] = [];
  await cluster.watch(
    workloadsPath(ref.kind, ref.namespace),
    ({ object }) => {
      if (object.metadata.name !== ref.name) return;
      versions.push(versionOf({ ...object, kind: ref.kind }));
      onVersion();
      for (const wake of waiting.splice(0)) wake();
    },
    signal,
  );
  return {
    /** The versions that carry the image; complete up to what the server has now. */
    of: async (image: string): Promise<readonly Version[]> => {
      const now = Number((await cluster.read(workloadPath(ref))).metadata.resourceVersion);
      while ((versions.at(-1)?.resourceVersion ?? 0) < now)
        await new Promise<void>((resolve) => {
          waiting = [...waiting, resolve];
        });
      return versions.filter((version) => version.image === image);
    },
    /** What the server has at this moment. */
    now: async (): Promise<Version> =>
      versionOf({ ...(await cluster.read(workloadPath(ref))), kind: ref.kind }),
  };
};
