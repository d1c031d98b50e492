import { type EmbeddedClusterOptions, kubeconfigFor, startEmbeddedCluster } from '@tagboat/embedded-cluster';
import type { Logger } from '../../../../lib/logger.ts';
import type { Environment } from '../../emulators/aws/endpoints.ts';
import { assertAccess, type StateDirectory } from '../../state/directory.ts';
import { openOrMoveAside } from '../../state/recovery.ts';
import type { RequestHandler } from '../server/listener.ts';
import type { ClusterPlace } from '../types.ts';
import { describeKubeconfig, readKubeconfig } from './kubeconfig.ts';

export type LocalCluster = {
  /** Text of the kubeconfig, complete in itself. */
  readonly kubeconfig: string;
  readonly place: ClusterPlace;
  /** The embedded API server, for paths that belong to it. */
  handlerFor(pathname: string): RequestHandler | undefined;
  close(): Promise<void>;
};

/**
 * The embedded cluster, or the one that `KUBECONFIG` names.
 * @param options.server `https://127.0.0.1:8787`; kubectl sends its token over TLS only
 */
export const startCluster = async (
  options: Pick<EmbeddedClusterOptions, 'resolveImage' | 'timings'> & {
    readonly state: StateDirectory;
    readonly env: Environment;
    readonly server: string;
    readonly certificateAuthority: string;
    readonly token: string;
    readonly logger: Logger;
  },
): Promise<LocalCluster> => {
  const { certificateAuthority, logger, resolveImage, server, timings, token } = options;
  const variable = options.env.KUBECONFIG;
  if (variable !== undefined && variable !== '') {
    const kubeconfig = readKubeconfig(variable);
    return {
      kubeconfig,
      place: { type: 'external', ...describeKubeconfig(kubeconfig) },
      handlerFor: () => undefined,
      close: async () => {},
    };
  }
  const cluster = await openOrMoveAside(options.state.file('cluster'), logger, async (directory) => {
    assertAccess(directory);
    return startEmbeddedCluster({ directory, token, resolveImage, logger, timings });
  });
  return {
    kubeconfig: kubeconfigFor({ server, token, certificateAuthority }),
    place: { type: 'embedded' },
    handlerFor: (pathname) => (cluster.isClusterPath(pathname) ? cluster.handle : undefined),
    close: () => cluster.close(),
  };
};
