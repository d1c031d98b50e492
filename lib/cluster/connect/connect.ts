import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { TagboatError } from '../../errors.ts';
import { type Logger, silentLogger } from '../../logger.ts';
import { createApi } from './api.ts';
import type { Cluster } from './cluster.ts';
import { readKubeconfig } from './kubeconfig.ts';
import { createTransport } from './transport.ts';

export type { Cluster } from './cluster.ts';

export type ConnectOptions = {
  /** YAML or JSON, unsealed. */
  readonly kubeconfig: string;
  /** Which of its contexts; the current one where absent. */
  readonly context?: string | undefined;
  readonly logger?: Logger;
  /** How long a request may take, in milliseconds; watches are not bound by it. 15 s where absent. */
  readonly timeoutMs?: number;
};

/**
 * Makes a cluster of a kubeconfig. Sends nothing yet. The SDK reads the credentials; the requests are made here.
 * @throws TagboatError `cluster-kubeconfig-invalid`, also for what would run a program or read a file
 */
export const connect = (options: ConnectOptions): Cluster => {
  const { text, server, proxied } = readKubeconfig(options.kubeconfig, options.context);
  const kubeConfig = new KubeConfig();
  let credentials: Promise<RequestOptions> | undefined;
  try {
    kubeConfig.loadFromString(text);
  } catch {
    // The SDK's message may quote what it read.
    throw new TagboatError('cluster-kubeconfig-invalid', 'kubeconfig: cannot be read');
  }
  const read = async (): Promise<RequestOptions> => {
    const request: RequestOptions = {};
    await kubeConfig.applyToHTTPSOptions(request);
    return request;
  };
  const transport = createTransport(
    server,
    () => {
      credentials ??= read();
      return credentials;
    },
    proxied,
  );
  return {
    server,
    logger: options.logger ?? silentLogger,
    api: createApi(server, transport.open, options.timeoutMs ?? 15_000),
    resources: new Map(),
    close: transport.close,
  };
};
