import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { type Access, accessThrough } from './access.ts';
import type { Judge } from './judge.ts';
import { kubectl } from './kubectl.ts';

/** How a watch can be broken: its connection ends, or the server says that it has forgotten the version (410 Gone). */
export type Interruption = 'closed' | 'gone';

/** A cluster on which kubectl and the poller are compared. */
export type AgreementCluster = Access & {
  /** The poller's. */
  readonly kubeconfig: string;
  /** kubectl's. */
  readonly kubeconfigFile: string;
  /** kubectl's, so that discovery is asked for once. */
  readonly cacheDirectory: string;
  readonly judge: Judge;
  /**
   * The poller's. Its patience is long, and no test waits for so long: where the cluster's time is ours, the poller's goes
   * by faster.
   */
  clock(haste: number): Clock;
  /** Where time does not go by on its own, it does until the promise is settled, but by no more than that (in ms). */
  run<T>(promise: Promise<T>, atMost?: number): Promise<T>;
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
  readonly kubeconfig: string;
  /** kubectl's; the same where absent. */
  readonly secureKubeconfig?: string;
  /** kubectl where absent. */
  readonly judge?: Judge;
  /** Absent: its time is ours. */
  readonly time?: Pick<AgreementCluster, 'clock' | 'run'>;
  readonly interrupt?: AgreementCluster['interrupt'];
  /** One of its own where absent. */
  readonly cacheDirectory?: string;
  readonly close?: () => Promise<void>;
};

/** A clock that is so many times as fast as ours. */
export const hasty = (haste: number): Clock => {
  const start = systemClock.now();
  return {
    now: () => start + (systemClock.now() - start) * haste,
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / haste, signal),
  };
};

const ourTime: Pick<AgreementCluster, 'clock' | 'run'> = { clock: hasty, run: (promise) => promise };

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
  const { kubeconfig, judge = kubectl, time = ourTime, interrupt, cacheDirectory, close } = reached;
  const directory = mkdtempSync(join(tmpdir(), 'tagboat-agreement-'));
  const kubeconfigFile = join(directory, 'kubeconfig');
  writeFileSync(kubeconfigFile, reached.secureKubeconfig ?? kubeconfig, { mode: 0o600 });
  const access = accessThrough(kubeconfig);
  const { minor = '0', platform = '' } = (await access.read('/version')) as unknown as {
    readonly minor?: string;
    readonly platform?: string;
  };
  const isEmbedded = platform.startsWith('embedded/');

  return {
    ...access,
    ...{ kubeconfig, kubeconfigFile, judge, ...time },
    cacheDirectory: cacheDirectory ?? join(directory, 'cache'),
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
