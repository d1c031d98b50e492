import { collectionPath, type Workload, type WorkloadRef } from '../../lib/cluster/objects/objects.ts';
import { rolloutStatus } from '../../lib/cluster/status/rollout-status.ts';
import type { Access } from './access.ts';

export type KubectlSays = {
  /** null: it still waited when it was stopped. */
  readonly code: number | null;
  readonly lines: readonly string[];
  /** What it wrote to stderr, but for warnings. */
  readonly error: string;
};

/** Follows the rollout of one workload and says how it stands, as `kubectl rollout status` does. */
export type Judge = (
  cluster: Pick<Access, 'watch'> & { readonly kubeconfigFile: string; readonly cacheDirectory: string },
  ref: WorkloadRef,
  onLine?: (line: string) => void,
) => { readonly says: Promise<KubectlSays>; stop(): void };

export const errors = {
  onDelete: 'error: rollout status is only available for RollingUpdate strategy type',
  deleted: 'error: object has been deleted',
};

/**
 * kubectl's part, played by our own rules (that they are kubectl's, word for word, is tested with kubectl itself). It is
 * there on every machine, and costs no process.
 */
export const standIn: Judge = (cluster, ref, onLine = () => undefined) => {
  const stop = new AbortController();
  const lines: string[] = [];
  const ended = Promise.withResolvers<KubectlSays>();
  const end = (code: number | null, error = ''): void => {
    stop.abort();
    ended.resolve({ code, lines, error });
  };
  const judge = (workload: Workload): void => {
    const { type, message } = rolloutStatus(workload);
    if (ref.kind !== 'Deployment' && workload.spec.updateStrategy?.type === 'OnDelete') {
      end(1, errors.onDelete);
    } else if (type === 'failed') {
      end(1, `error: ${message}`);
    } else {
      lines.push(message);
      onLine(message);
      if (type === 'done') end(0);
    }
  };
  cluster
    .watch(
      collectionPath(ref),
      ({ type, object }) => {
        if (stop.signal.aborted || object.metadata.name !== ref.name) return;
        if (type === 'DELETED') end(1, errors.deleted);
        else judge({ ...object, kind: ref.kind });
      },
      stop.signal,
    )
    .catch((error: unknown) => (stop.signal.aborted ? undefined : ended.reject(error)));
  return { says: ended.promise, stop: () => end(null) };
};
