import { readFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import { connect } from '../../lib/cluster/connect.ts';
import { deliver } from '../../lib/cluster/deliver.ts';
import { deployment, type Project, type ProjectOptions, startProject } from './support/project.ts';

let project: Project;
afterEach(() => project.close());

const image = 'example/app';
const kustomization = `# written by Tagboat
resources: [base.yml]
images:
  - name: ${image}
    newTag: v1.0.0 # here
`;

/** A cluster that runs v1.0.0 already, and images for what comes. */
const start = async (options: Pick<ProjectOptions, 'files' | 'environment'>) => {
  project = await startProject({ image, repository: 'github.com/example/app', ...options });
  for (const tag of ['v1.0.0', 'v1.1.0']) await project.stack.registry.push(image, tag);
  await project.stack.registry.push('example/proxy', 'v1');
  await apply('v1.0.0');
};

/** What an agent in the cluster, or somebody with kubectl, does. */
const apply = async (tag: string): Promise<void> => {
  const cluster = connect({ kubeconfig: await readFile(project.stack.kubeconfigPath, 'utf8') });
  try {
    await deliver(cluster, {
      mode: 'apply',
      namespace: 'default',
      image: `docker.io/${image}`,
      tag,
      files: [{ path: 'app.yml', text: deployment('app', `${image}:${tag}`) }],
      changeCause: `by hand: ${tag}`,
    });
  } finally {
    cluster.close();
  }
};

it('rewrites a Kustomize tag, and sets the image of the running workload', async () => {
  await start({
    files: { 'kustomization.yml': kustomization, 'base.yml': deployment('app', image) },
    environment: { files: '[kustomization.yml]', deliver: 'set-image' },
  });

  await project.pushTag('v1.1.0');
  await project.stack.idle();

  expect(await project.releases()).toMatchObject([
    {
      tag: 'v1.1.0',
      state: 'healthy',
      workloads: [{ kind: 'Deployment', name: 'app', namespace: 'default' }],
    },
  ]);
  expect(`${await project.git('show', 'config:kustomization.yml')}\n`).toBe(
    kustomization.replace('v1.0.0', 'v1.1.0'),
  );
});

it('waits for the agent that applies the commit, and then for the rollout', async () => {
  await start({
    files: { 'deployment/app.yml': deployment('app', `${image}:v1.0.0`) },
    environment: { deliver: 'agent' },
  });

  await project.pushTag('v1.1.0');
  await expect.poll(async () => (await project.releases())[0]?.state).toBe('rolling-out');
  expect(await project.git('show', 'config:deployment/app.yml')).toContain(`${image}:v1.1.0`);
  await apply('v1.1.0');
  await project.stack.idle();

  expect(await project.releases()).toMatchObject([{ tag: 'v1.1.0', state: 'healthy' }]);
});
