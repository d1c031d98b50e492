import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedCluster } from '@tagboat/embedded-cluster';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { connect } from '../../../../lib/cluster/connect/connect.ts';
import { deliver } from '../../../../lib/cluster/deliver/deliver.ts';
import { hasKubectl, unlessInstalled } from '../../../agreement/kubectl.ts';
import { openHost } from '../../../agreement/serve.ts';

const deployment = (tag: string) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', labels: { app: 'web' } } },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'app', image: `registry.test/web:${tag}` }] },
    },
  },
});

describe.skipIf(!hasKubectl)(`Tagboat after kubectl${unlessInstalled}`, () => {
  it('a release goes on from what kubectl applied on the client side', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tagboat-deliver-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const embedded = await startEmbeddedCluster({
      resolveImage: async () => ({ digest: `sha256:${'a1'.repeat(32)}` }),
    });
    onTestFinished(embedded.close);
    const host = await openHost();
    onTestFinished(host.close);
    const { secureKubeconfig: kubeconfig } = host.serve(embedded.handle, embedded.token);
    const [config, manifest] = [join(directory, 'kubeconfig'), join(directory, 'web.yml')];
    writeFileSync(config, kubeconfig);
    const common = ['--kubeconfig', config, '--cache-dir', join(directory, 'cache')];
    for (const tag of ['1', '2']) {
      writeFileSync(manifest, stringify(deployment(tag)));
      await promisify(execFile)('kubectl', [...common, 'apply', '-f', manifest]);
    }

    const cluster = connect({ kubeconfig });
    onTestFinished(() => cluster.close());
    await deliver(cluster, {
      ...{ mode: 'apply', namespace: 'default', image: 'registry.test/web', tag: '3', changeCause: 'web 3' },
      files: [{ path: 'web.yml', text: stringify(deployment('3')) }],
    });

    const { stdout } = await promisify(execFile)('kubectl', [
      ...common,
      ...['get', 'deploy', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'],
    ]);
    expect(stdout).toBe('registry.test/web:3');
  });
});
