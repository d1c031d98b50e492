import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeconfigFor, startEmbeddedCluster } from '../../infra/local/cluster/cluster.ts';
import { createBoth, selfSignedCertificate, serveBoth } from '../../infra/local/tls.ts';
import type { Workload } from '../../lib/cluster/objects.ts';

export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

/** For the name of a suite, so that a report says why it was not run. */
export const unlessInstalled = hasKubectl ? '' : ' (skipped: kubectl is not installed)';

type WatchEvent = { readonly type: string; readonly object: Workload };

const timings = { pullMs: 5, startMs: 5, readyMs: 30, terminateMs: 20, backoffMs: 100 };
const digest = `sha256:${'a1'.repeat(32)}`;

/**
 * An embedded cluster over TLS on a free port, with its kubeconfig in a file. Its registry lacks every tag with `bad`
 * in it.
 */
export const startAgreementCluster = async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tagboat-agreement-'));
  const gates = new Map<string, () => Promise<void>>();
  const cluster = await startEmbeddedCluster({
    timings,
    resolveImage: async (reference) => {
      await gates.get(reference)?.();
      return reference.includes(':bad') ? undefined : { digest };
    },
  });
  const certificate = selfSignedCertificate(['127.0.0.1']);
  const server = serveBoth(createBoth(certificate, cluster.handle));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = kubeconfigFor({
    server: `https://${address}`,
    token: cluster.token,
    certificateAuthority: certificate.cert,
  });
  const kubeconfigFile = join(directory, 'kubeconfig');
  writeFileSync(kubeconfigFile, kubeconfig, { mode: 0o600 });

  // The same port answers plain HTTP: a way to the objects that shares nothing with what is compared.
  const open = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { authorization: `Bearer ${cluster.token}`, 'content-type': 'application/json' };
    const response = await fetch(`http://${address}${path}`, { ...init, headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };

  return {
    kubeconfig,
    kubeconfigFile,
    cacheDirectory: join(directory, 'cache'),
    /** Image reference → what each pull of it waits for. */
    gates,
    read: async (path: string): Promise<Workload> => (await open(path)).json() as Promise<Workload>,
    createNamespace: async (name: string): Promise<void> => {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
      await open('/api/v1/namespaces', { method: 'POST', body: JSON.stringify(namespace) });
    },
    /** Calls back with every version of every object of a collection; resolves once the server has begun to send. */
    watch: async (path: string, onEvent: (event: WatchEvent) => void, signal: AbortSignal): Promise<void> => {
      const { body } = await open(`${path}?watch=1`, { signal });
      const read = async (): Promise<void> => {
        let rest = '';
        for await (const chunk of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) onEvent(JSON.parse(line) as WatchEvent);
        }
      };
      read().catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    },
    close: async (): Promise<void> => {
      await cluster.close();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

export type AgreementCluster = Awaited<ReturnType<typeof startAgreementCluster>>;
