import type { KMSClient } from '@aws-sdk/client-kms';
import type { ClusterConfig, Config } from '../../../../lib/config/types.ts';
import { seal } from '../../../../lib/secrets/seal.ts';

/**
 * Seals the cluster's kubeconfig for every cluster of the example, as a deployed tagboat.yml has it: the functions then
 * unseal it through KMS like any other.
 */
export const sealClusters = async (
  config: Config,
  kubeconfig: string,
  kms: KMSClient,
  keyId: string,
): Promise<Config> => {
  const clusters = await Promise.all(
    Object.entries(config.clusters).map(async ([name, cluster]): Promise<[string, ClusterConfig]> => {
      const slot = `clusters/${name}/kubeconfig`;
      return [name, { ...cluster, kubeconfig: await seal(kms, { keyId, slot, plaintext: kubeconfig }) }];
    }),
  );
  return { ...config, clusters: Object.fromEntries(clusters) };
};
