import { TagboatError } from '../../errors.ts';
import type { Cluster } from './connect.ts';

/**
 * Does something with the cluster of that name; an error of the cluster names it.
 * @throws TagboatError what `use` throws
 */
export const withCluster = async <T>(
  name: string,
  cluster: (name: string) => Promise<Cluster>,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> => {
  try {
    return await use(await cluster(name));
  } catch (error) {
    if (!(error instanceof TagboatError) || !error.code.startsWith('cluster-')) throw error;
    const { code, message, retry, retryAfterSeconds } = error;
    throw new TagboatError(code, `cluster ${name}: ${message}`, { cause: error, retry, retryAfterSeconds });
  }
};
