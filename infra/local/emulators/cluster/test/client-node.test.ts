import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  setHeaderOptions,
  Watch,
} from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { startKubectl } from './kubectl.ts';
import { apps, isRolledOut, workload } from './support.ts';

const connect = async () => {
  const test = await startKubectl();
  const config = new KubeConfig();
  config.loadFromString(test.kubeconfig);
  return { ...test, config };
};

describe('@kubernetes/client-node', () => {
  it('applies, reads, patches and deletes over TLS', async () => {
    const { config, until } = await connect();
    const objects = KubernetesObjectApi.makeApiClient(config);
    const api = config.makeApiClient(AppsV1Api);
    const body = { ...workload('Deployment', 'web', '1'), metadata: { name: 'web', namespace: 'default' } };
    await objects.patch(body, undefined, undefined, 'tagboat', true, PatchStrategy.ServerSideApply);
    await until(apps('deployments', 'web'), isRolledOut);
    const patched = await api.patchNamespacedDeployment(
      { name: 'web', namespace: 'default', body: { spec: { replicas: 2 } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    const read = await api.readNamespacedDeployment({ name: 'web', namespace: 'default' });
    const pods = await config
      .makeApiClient(CoreV1Api)
      .listNamespacedPod({ namespace: 'default', labelSelector: 'app=web' });
    await api.deleteNamespacedDeployment({ name: 'web', namespace: 'default' });

    expect(patched.spec?.replicas).toBe(2);
    expect(read.metadata?.creationTimestamp).toBeInstanceOf(Date);
    expect(pods.items.length).toBeGreaterThanOrEqual(2);
    await expect(api.readNamespacedDeployment({ name: 'web', namespace: 'default' })).rejects.toMatchObject({
      code: 404,
    });
  });

  it('watches', async () => {
    const { config, call } = await connect();
    const seen: string[] = [];
    await new Promise<void>((resolve, reject) => {
      new Watch(config)
        .watch(
          apps('deployments'),
          {},
          (type, object: { metadata: { name: string } }) => {
            seen.push(`${type} ${object.metadata.name}`);
            resolve();
          },
          () => {},
        )
        .then(() => call('POST', apps('deployments'), workload('Deployment', 'web', '1')), reject);
    });
    expect(seen[0]).toBe('ADDED web');
  });

  it('is refused with a wrong token', async () => {
    const { kubeconfig } = await connect();
    const config = new KubeConfig();
    config.loadFromString(kubeconfig.replace(/token: .*/, 'token: wrong'));
    await expect(config.makeApiClient(CoreV1Api).listNode()).rejects.toMatchObject({ code: 401 });
  });
});
