import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { connect } from '../../lib/cluster/connect/connect.ts';
import { deliver } from '../../lib/cluster/deliver/deliver.ts';
import { deployment, exampleApp } from './support/project.ts';
import { shareProject } from './support/share.ts';

const kustomization = `# written by Tagboat
resources: [base.yml]
images:
  - name: example/app-kustomized
    newTag: v1.0.0 # here
`;

const project = shareProject({
  apps: {
    'app-kustomized': exampleApp('app-kustomized', {
      files: {
        'app-kustomized/kustomization.yml': kustomization,
        'app-kustomized/base.yml': deployment('app-kustomized', 'example/app-kustomized', 1),
      },
      environment: { files: '[app-kustomized/kustomization.yml]', deliver: 'set-image' },
    }),
    'app-agent': exampleApp('app-agent', {
      files: { 'app-agent/app.yml': deployment('app-agent', 'example/app-agent:v1.0.0', 1) },
      environment: { deliver: 'agent' },
    }),
  },
});

/** The app, whose v1.0.0 the cluster runs already. */
const start = async (name: string) => {
  const app = project().app(name);
  await app.pushImages('v1.0.0', 'v1.1.0');
  await apply(name, 'v1.0.0');
  return app;
};

/** What an agent in the cluster, or a person with kubectl, does. */
const apply = async (name: string, tag: string): Promise<void> => {
  const cluster = connect({ kubeconfig: await readFile(project().stack.kubeconfigPath, 'utf8') });
  try {
    await deliver(cluster, {
      mode: 'apply',
      namespace: 'default',
      image: `docker.io/example/${name}`,
      tag,
      files: [{ path: 'app.yml', text: deployment(name, `example/${name}:${tag}`, 1) }],
      changeCause: `by hand: ${tag}`,
    });
  } finally {
    cluster.close();
  }
};

it('rewrites a Kustomize tag, and sets the image of the running workload', async () => {
  const app = await start('app-kustomized');

  await app.release('v1.1.0');

  expect(await app.releases()).toMatchObject([
    {
      tag: 'v1.1.0',
      state: 'healthy',
      workloads: [{ kind: 'Deployment', name: 'app-kustomized', namespace: 'default' }],
    },
  ]);
  expect(`${await app.manifest()}\n`).toBe(kustomization.replace('v1.0.0', 'v1.1.0'));
});

it('waits for the agent that applies the commit, and then for the rollout', async () => {
  const app = await start('app-agent');

  await app.pushTag('v1.1.0');
  await expect.poll(async () => (await app.releases())[0]?.state).toBe('rolling-out');
  expect(await app.manifest()).toContain('example/app-agent:v1.1.0');
  await apply('app-agent', 'v1.1.0');
  await project().stack.idle();

  expect(await app.releases()).toMatchObject([{ tag: 'v1.1.0', state: 'healthy' }]);
});
