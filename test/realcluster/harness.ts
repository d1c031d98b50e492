import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from '../../lib/cluster/connect/connect.ts';
import { accessThrough } from '../agreement/access.ts';
import { hasty } from '../agreement/cluster.ts';
import { kubectl as judge } from '../agreement/kubectl.ts';
import { createFixture, type InNamespace } from './fixture.ts';

export { causes, type Fixture, release } from './fixture.ts';
export { appImage, delivery, kinds, manifest, refOf, rolloutOf } from './manifest.ts';

const run = promisify(execFile);

const kubeconfigPath = (): string => {
  const path = process.env.KUBECONFIG;
  if (path === undefined) throw new Error('set KUBECONFIG');
  return path;
};

export const kubeconfig = (): string => readFileSync(kubeconfigPath(), 'utf8');

export const kubectl = async (...args: readonly string[]): Promise<string> =>
  (await run('kubectl', [...args], { maxBuffer: 16 * 1024 * 1024 })).stdout;

export const kubectlApply = async (namespace: string, text: string): Promise<void> => {
  const child = run('kubectl', ['apply', '-n', namespace, '-f', '-']);
  child.child.stdin?.end(text);
  await child;
};

/** On the cluster that $KUBECONFIG names. */
export const inNamespace: InNamespace = async (scenario) => {
  const namespace = `tagboat-${randomBytes(4).toString('hex')}`;
  await kubectlApply(namespace, `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${namespace} }\n`);
  const cluster = connect({ kubeconfig: kubeconfig() });
  const access = accessThrough(kubeconfig());
  const files = {
    kubeconfigFile: kubeconfigPath(),
    cacheDirectory: process.env.KUBECACHEDIR ?? join(tmpdir(), 'tagboat-kubectl-cache'),
  };
  try {
    await scenario(
      createFixture({
        ...{ cluster, namespace, kubeconfig: kubeconfig(), secureKubeconfig: kubeconfig() },
        clock: hasty,
        apply: (text) => kubectlApply(namespace, text),
        judge: (ref, onLine) => judge({ ...access, ...files }, ref, onLine),
      }),
    );
  } finally {
    cluster.close();
    access.close();
    await kubectl('delete', 'namespace', namespace, '--wait=false');
  }
};
