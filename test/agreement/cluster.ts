import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Access, accessThrough } from './access.ts';

/** How a watch can be broken: its connection ends, or the server says that it has forgotten the version (410 Gone). */
export type Interruption = 'closed' | 'gone';

/** A cluster on which kubectl and the poller are compared. */
export type AgreementCluster = Access & {
  /** What both are given. */
  readonly kubeconfig: string;
  readonly kubeconfigFile: string;
  /** kubectl's, so that discovery is asked for once. */
  readonly cacheDirectory: string;
  /** Whether its StatefulSets know `minReadySeconds`. */
  readonly hasStatefulSetAvailability: boolean;
  /** A new one, ready for pods. */
  createNamespace(): Promise<string>;
  removeNamespace(name: string): Promise<void>;
  /** Breaks every watch that kubectl and the poller have there; absent where nothing stands in front of the cluster. */
  readonly interrupt?: (namespace: string, how: Interruption) => void;
  close(): Promise<void>;
};

export type Reached = {
  /** What kubectl and the poller are given. */
  readonly kubeconfig: string;
  /** What everybody else is given; the same where absent. */
  readonly direct?: string;
  readonly interrupt?: AgreementCluster['interrupt'];
  readonly close?: () => Promise<void>;
};

/** Waits for what a new namespace is given before it takes pods. */
const serviceAccount = async (access: Access, namespace: string): Promise<void> => {
  const stop = new AbortController();
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await new Promise<void>((resolve, reject) => {
    access.watch(path, () => resolve(), stop.signal).catch(reject);
  });
  stop.abort();
};

/** The cluster that a kubeconfig leads to. Nothing is left of it on this machine once it is closed. */
export const reachCluster = async (reached: Reached): Promise<AgreementCluster> => {
  const { kubeconfig, direct = kubeconfig, interrupt, close } = reached;
  const directory = mkdtempSync(join(tmpdir(), 'tagboat-agreement-'));
  const kubeconfigFile = join(directory, 'kubeconfig');
  writeFileSync(kubeconfigFile, kubeconfig, { mode: 0o600 });
  const access = accessThrough(direct);
  const { minor = '0', platform = '' } = (await access.read('/version')) as unknown as {
    readonly minor?: string;
    readonly platform?: string;
  };
  const isEmbedded = platform.startsWith('embedded/');

  return {
    ...access,
    ...{ kubeconfig, kubeconfigFile },
    cacheDirectory: join(directory, 'cache'),
    hasStatefulSetAvailability: Number.parseInt(minor, 10) >= 25,
    createNamespace: async () => {
      const name = `tagboat-agreement-${randomBytes(4).toString('hex')}`;
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
      await access.write({ method: 'POST', path: '/api/v1/namespaces', body });
      if (!isEmbedded) await serviceAccount(access, name);
      return name;
    },
    removeNamespace: (name) => access.write({ method: 'DELETE', path: `/api/v1/namespaces/${name}` }),
    ...(interrupt === undefined ? {} : { interrupt }),
    close: async () => {
      access.close();
      await close?.();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
