import { statusOf } from '../connect/api-error.ts';
import type { Cluster } from '../connect/cluster.ts';

/** Nothing where the cluster does not serve the kind, and nothing where it may not be read, which is logged. */
export const listIfAllowed = async <T>(
  cluster: Cluster,
  kind: string,
  namespace: string,
  listing: () => Promise<readonly T[]>,
): Promise<readonly T[]> => {
  try {
    return await listing();
  } catch (error) {
    // It was taken out since discovery said that it is there.
    if (statusOf(error) === 404) return [];
    if (statusOf(error) !== 403) throw error;
    cluster.logger.warn('a kind is served here, and may not be read', { kind, namespace });
    return [];
  }
};
