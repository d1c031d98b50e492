import type { Cluster } from '../cluster/connect/connect.ts';
import { TagboatError } from '../errors.ts';
import type { Runtime } from './runtime.ts';
import { fingerprint } from './runtime.ts';

/**
 * Connections by the name of the cluster, kept between warm invocations for as long as the unsealed kubeconfig is the
 * same. Loads the Kubernetes client, which is large, when the first one is asked for.
 */
export const createClusters = ({
  config,
  secrets,
  logger,
}: Runtime): ((name: string) => Promise<Cluster>) => {
  const connections = new Map<string, { readonly fingerprint: string; readonly cluster: Cluster }>();
  return async (name) => {
    const cluster = config.clusters[name];
    if (cluster === undefined)
      throw new TagboatError('config-invalid', `there is no cluster ${name} in tagboat.yml`);
    const kubeconfig = await secrets.unseal(cluster.kubeconfig, `clusters/${name}/kubeconfig`);
    const known = connections.get(name);
    if (known?.fingerprint === fingerprint(kubeconfig)) return known.cluster;
    const { connect } = await import('../cluster/connect/connect.ts');
    const made = connect({ kubeconfig, context: cluster.context, logger });
    connections.set(name, { fingerprint: fingerprint(kubeconfig), cluster: made });
    return made;
  };
};
