import type { IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { kubeconfigFor, selfSignedCertificate } from '@tagboat/embedded-cluster';
import { createBoth, serveBoth } from '../../infra/local/stack/server/http-and-tls.ts';

/** One port for many clusters, so that kubectl asks only once what can be asked of them. */
export type Host = {
  /** Serves a cluster to those who come with its token. */
  serve(listener: RequestListener, token: string): Served;
  close(): void;
};

export type Served = {
  /** Over plain http, which costs less. */
  readonly kubeconfig: string;
  /** Over TLS: kubectl sends credentials in no other way. */
  readonly secureKubeconfig: string;
  close(): void;
};

const tokenOf = ({ headers }: IncomingMessage): string =>
  (headers.authorization ?? '').slice('Bearer '.length);

export const openHost = async (): Promise<Host> => {
  const listeners = new Map<string, RequestListener>();
  const certificate = selfSignedCertificate(['127.0.0.1']);
  const both = createBoth(certificate, (request, response) => {
    const found = listeners.get(tokenOf(request));
    if (found === undefined) response.writeHead(401).end();
    else found(request, response);
  });
  const server = serveBoth(both);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    serve: (listener, token) => {
      listeners.set(token, listener);
      const certificateAuthority = certificate.cert;
      return {
        kubeconfig: kubeconfigFor({ server: `http://${at}`, token }).replace(
          '    cluster:\n',
          '    cluster:\n      insecure-skip-tls-verify: true\n',
        ),
        secureKubeconfig: kubeconfigFor({ server: `https://${at}`, token, certificateAuthority }),
        close: () => void listeners.delete(token),
      };
    },
    close: () => {
      server.close();
    },
  };
};
