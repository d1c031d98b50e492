import path from 'node:path';
import { type EmbeddedClusterOptions, kubeconfigFor, startEmbeddedCluster } from '@tagboat/embedded-cluster';
import { TagboatError } from '../../../../lib/errors.ts';
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

const leadsTo = (named: string | undefined, own: string): boolean =>
  named !== undefined && URL.canParse(named) && new URL(named).origin === new URL(own).origin;

const filesOf = (variable: string): readonly string[] =>
  variable.split(path.delimiter).map((file) => path.resolve(file));

/** Somebody who looked at the embedded cluster with kubectl has `KUBECONFIG` lead to it still; it cannot be in its own place. */
const embeddedItself = (): TagboatError =>
  new TagboatError(
    'cluster-kubeconfig-invalid',
    'KUBECONFIG names the embedded cluster of this stack, which runs only where no other is named: start it with `env -u KUBECONFIG npm start`, and name it to kubectl with --kubeconfig',
  );

/**
 * The embedded cluster, or the one that `KUBECONFIG` names.
 * @param options.server `https://127.0.0.1:8787`; kubectl sends its token over TLS only
 * @throws TagboatError `cluster-kubeconfig-invalid`
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
    const place = describeKubeconfig(kubeconfig);
    if (leadsTo(place.server, server) || filesOf(variable).includes(options.state.file('kubeconfig')))
      throw embeddedItself();
    return {
      kubeconfig,
      place: { type: 'external', ...place },
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
