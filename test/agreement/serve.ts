import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { kubeconfigFor } from '../../infra/local/cluster/cluster.ts';
import { selfSignedCertificate } from '../../infra/local/tls.ts';

export type Served = { readonly kubeconfig: string; close(): void };

/** Serves an API over TLS on a free port, since kubectl sends credentials in no other way. */
export const serve = async (listener: RequestListener, token: string): Promise<Served> => {
  const certificate = selfSignedCertificate(['127.0.0.1']);
  const server = createServer(certificate, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    kubeconfig: kubeconfigFor({
      ...{ server: `https://127.0.0.1:${port}`, token },
      certificateAuthority: certificate.cert,
    }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
