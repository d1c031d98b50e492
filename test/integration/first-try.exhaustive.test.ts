import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { git } from '../../infra/local/emulators/git-server/git.ts';
import { createGitServer } from '../../infra/local/emulators/git-server/git-server.ts';
import { sampleReleases } from '../../infra/local/play/sample.ts';
import { showSynced } from '../../infra/local/play/show-synced.ts';
import { createTerminal } from '../../infra/local/terminal/terminal.ts';
import { useShell } from '../git/support/shell.ts';
import { serve } from '../local/serve.ts';
import { isInstalled } from '../support/installed.ts';
import { readJson } from './support/answers.ts';
import {
  clusterObject,
  commitFile,
  follow,
  prepareFirstTry,
  releasesOf,
  send,
  untilHealthy,
} from './support/first-try.ts';

useShell();

const hasKustomize = isInstalled('kubectl') || isInstalled('kustomize');
/** A path on which neither of them is. */
const nowhere = { PATH: '/nowhere' };

const show = (synced: Parameters<typeof showSynced>[0]): readonly string[] => {
  let text = '';
  showSynced(synced, createTerminal({ write: (written: string) => (text += written) }));
  return text.trim().split('\n').slice(1);
};

const deploymentImages = async (stack: Parameters<typeof clusterObject>[0], path: string) =>
  (await clusterObject(stack, `/apis/apps/v1/${path}`)).spec.template?.spec.containers.map(
    ({ image }) => image,
  );

describe('a tagboat.yml of one’s own, with nothing prepared', () => {
  it.skipIf(!hasKustomize)('three apps, each delivered in its own way, come to healthy', async () => {
    const { start } = await prepareFirstTry('three-apps');
    const { stack, synced } = await start();

    expect(show(synced)).toEqual([
      '  ✓ web → production: a stand-in, Deployment web, runs acme/web:1.4.0: nothing here renders the chart of these Helm values',
      expect.stringMatching(
        /^ {2}✓ shop → production: ConfigMap production-settings-\w+, Service production-shop, Deployment production-shop applied, built with (?:kubectl )?kustomize from shop\/overlays\/production$/,
      ),
      '  ✓ api → production: CronJob clean-up, Deployment api, Service api applied',
      '  left out, the embedded cluster does not know them: ServiceMonitor',
    ]);
    for (const app of ['web', 'shop', 'api']) await follow(stack, synced, app);
    await untilHealthy(stack, ['web', 'shop', 'api']);

    expect(await deploymentImages(stack, 'namespaces/web/deployments/web')).toEqual(['acme/web:1.4.1']);
    expect(await deploymentImages(stack, 'namespaces/shop/deployments/production-shop')).toEqual([
      'ghcr.io/acme/shop:v2.1.1',
    ]);
    expect(await deploymentImages(stack, 'namespaces/default/deployments/api')).toEqual([
      'registry.acme.example/team/api:v0.9.1',
      'nginx:1.27',
    ]);
    const cronJob = await clusterObject(stack, '/apis/batch/v1/namespaces/default/cronjobs/clean-up');
    expect(cronJob.spec.jobTemplate?.spec.template?.spec.containers).toMatchObject([
      { image: 'registry.acme.example/team/api:v0.9.1' },
    ]);
  });

  it('without kubectl and kustomize a stand-in carries the image of the overlay', async () => {
    const { start } = await prepareFirstTry('three-apps', nowhere);
    const { stack, synced } = await start();

    expect(show(synced)[1]).toBe(
      '  ✓ shop → production: a stand-in, Deployment shop, runs ghcr.io/acme/shop:v2.1.0: there is neither kubectl nor kustomize to build the Kustomization with',
    );
    for (const app of ['shop', 'api']) await follow(stack, synced, app);
    await untilHealthy(stack, ['shop', 'api']);
    expect(await deploymentImages(stack, 'namespaces/shop/deployments/shop')).toEqual([
      'ghcr.io/acme/shop:v2.1.1',
    ]);
  });

  it('fluxcd/flux2-kustomize-helm-example comes to healthy', async () => {
    const { start } = await prepareFirstTry('flux2-kustomize-helm-example');
    const { stack, synced } = await start();

    expect(synced.map(({ type }) => type)).toEqual(['applied', 'applied']);
    for (const app of ['podinfo', 'redis']) await follow(stack, synced, app);
    await untilHealthy(stack, ['podinfo', 'redis']);

    expect(await deploymentImages(stack, 'namespaces/podinfo/deployments/podinfo')).toEqual([
      'ghcr.io/stefanprodan/podinfo:6.9.2',
    ]);
    expect(await deploymentImages(stack, 'namespaces/podinfo/deployments/redis')).toEqual([
      'public.ecr.aws/docker/library/redis:8.6.3',
    ]);
  });

  it.skipIf(!hasKustomize)(
    'argoproj/argocd-example-apps comes to healthy, its plain guestbook and the one of Kustomize',
    async () => {
      const { start } = await prepareFirstTry('argocd-example-apps');
      const { stack, synced } = await start();

      const { tag } = await follow(stack, synced, 'guestbook');
      await untilHealthy(stack, ['guestbook'], 2);

      const images = [`gcr.io/google-samples/gb-frontend:${tag}`];
      expect(await deploymentImages(stack, 'namespaces/guestbook/deployments/guestbook-ui')).toEqual(images);
      expect(
        await deploymentImages(stack, 'namespaces/kustomize-guestbook/deployments/kustomize-guestbook-ui'),
      ).toEqual(images);
    },
  );

  it('a config repo that is read over HTTP is as good as one on this machine', async () => {
    const { start, repository } = await prepareFirstTry('three-apps', {
      ...nowhere,
      url: async (path) => {
        const server = createGitServer({ directory: '/nowhere' });
        server.serve('config', path);
        return `${await serve(server.handle)}/git/config.git`;
      },
    });
    const { stack, synced } = await start();

    await follow(stack, synced, 'api');
    await untilHealthy(stack, ['api']);
    expect(await git(['--git-dir', repository, 'show', 'main:api/deployment.yaml'])).toContain(
      'team/api:v0.9.1',
    );
  });
});

it('a checkout is as good as a bare repository, and follows what is committed', async () => {
  let checkout = '';
  const { start } = await prepareFirstTry('three-apps', {
    ...nowhere,
    url: async (path) => {
      checkout = path.replace(/config\.git$/, 'checkout');
      await git(['clone', '--quiet', path, checkout]);
      return `file://${checkout}`;
    },
  });
  const { stack, synced } = await start();

  await follow(stack, synced, 'shop');
  await untilHealthy(stack, ['shop']);

  expect(await readFile(`${checkout}/shop/overlays/production/kustomization.yaml`, 'utf8')).toContain(
    'newTag: v2.1.1',
  );
});

describe('the agent of the local stack', () => {
  it('is paused to see a release wait for it, and applies what was pushed meanwhile', async () => {
    const { start } = await prepareFirstTry('three-apps', nowhere);
    const { stack, synced } = await start();
    const order = async (what: string): Promise<unknown> =>
      readJson(await fetch(`${stack.url}/local/agent/${what}`, { method: 'POST' }));

    expect(await order('pause')).toMatchObject({ paused: true });
    await follow(stack, synced, 'web');
    const state = async () => (await releasesOf(stack, 'web'))[0]?.state;
    await expect.poll(state).toBe('rolling-out');
    expect(await stack.gitops.agent.sync()).toEqual([]);
    expect(await deploymentImages(stack, 'namespaces/web/deployments/web')).toEqual(['acme/web:1.4.0']);

    expect(await order('resume')).toMatchObject({ paused: false });
    expect(await deploymentImages(stack, 'namespaces/web/deployments/web')).toEqual(['acme/web:1.4.1']);
    await expect.poll(state).toBe('healthy');
  });

  it('applies a commit that was made by hand, once, and only for the environments that it delivers', async () => {
    const { start, repository } = await prepareFirstTry('three-apps', nowhere);
    const { stack } = await start();
    expect(await stack.gitops.agent.sync()).toEqual([]);
    await stack.registry.push('acme/web', '1.5.0');
    await commitFile(repository, 'web/values.yaml', 'image: { repository: acme/web, tag: 1.5.0 }\n');
    await commitFile(repository, 'api/service.yaml', '');

    const synced = await stack.gitops.agent.sync();

    expect(synced).toMatchObject([{ type: 'applied', target: { app: 'web' } }]);
    expect(await stack.gitops.agent.sync()).toEqual([]);
    expect(await deploymentImages(stack, 'namespaces/web/deployments/web')).toEqual(['acme/web:1.5.0']);
  });
});

describe('a second start', () => {
  it('changes nothing, and what ran at first is still in the registry', async () => {
    const { start } = await prepareFirstTry('three-apps', nowhere);
    const first = await start();
    await follow(first.stack, first.synced, 'api');
    await untilHealthy(first.stack, ['api']);
    const path = '/apis/apps/v1/namespaces/default/deployments/api';
    const before = await clusterObject(first.stack, path);
    await first.stack.close();

    const { stack } = await start();

    const after = await clusterObject(stack, path);
    expect(after.metadata).toMatchObject({
      uid: before.metadata.uid,
      generation: before.metadata.generation,
    });
    expect(await stack.registry.digestOf('team/api', 'v0.9.0')).toMatch(/^sha256:/);
  });
});

describe('what is not there', () => {
  it('an image that the registry lacks is waited for, as in production', async () => {
    const { start } = await prepareFirstTry('three-apps', nowhere);
    const { stack, synced } = await start();
    const [, shop] = await sampleReleases(stack, synced);
    if (shop === undefined) throw new Error('there is no sample');

    await send(shop.hook);

    await expect
      .poll(async () => (await releasesOf(stack, 'shop')).map(({ tag, state }) => [tag, state]))
      .toEqual([['v2.1.1', 'waiting-for-image']]);
  });

  it('manifests that cannot be applied are said, and keep no other from being applied', async () => {
    const { start } = await prepareFirstTry('three-apps', {
      ...nowhere,
      files: {
        'api/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n',
        'api/refused.yaml':
          'apiVersion: v1\nkind: Service\nmetadata: { name: refused }\nspec: { ports: 80 }\n',
        'shop/overlays/production/kustomization.yaml': 'resources: []\n',
      },
    });
    const { synced } = await start();

    const lines = show(synced);
    expect(lines).toContain(
      '  ! shop → production: no file of shop/overlays/production/kustomization.yaml carries its image',
    );
    expect(lines).toContain('  ! api → production: CronJob clean-up, Deployment api, Service api applied');
    expect(lines).toContain('    ! left out: api/broken.yaml:1: ConfigMap has no metadata.name');
    expect(lines.join('\n')).toMatch(/ {4}! Service refused is refused: /);
  });

  it('a branch that is not there is said for the apps that it concerns', async () => {
    const { start } = await prepareFirstTry('three-apps', { ...nowhere, branch: 'other' });
    const { synced } = await start();

    expect(show(synced)).toHaveLength(3);
    for (const line of show(synced)) expect(line).toMatch(/^ {2}! \w+ → production: .* has no branch/);
  });
});

describe('a cluster that is not the embedded one', () => {
  const other = `
current-context: real
clusters: [{ name: real, cluster: { server: 'https://127.0.0.1:9' } }]
users: [{ name: real, user: { token: abc } }]
contexts: [{ name: real, context: { cluster: real, user: real } }]
`;
  const leftAlone = ['web', 'shop', 'api'].map(
    (app) => `  ✓ ${app} → production: its cluster is not the embedded one, and is left alone`,
  );

  it('is left alone where tagboat.yml names it, and hooks to try are shown all the same', async () => {
    const kubeconfig = { text: other, by: 'tagboat.yml' } as const;
    const { start } = await prepareFirstTry('three-apps', { ...nowhere, kubeconfig });
    const { stack, synced } = await start();

    expect(show(synced)).toEqual(leftAlone);
    await clusterObject(stack, '/api/v1/namespaces/shop', 404);
    expect((await sampleReleases(stack, synced)).map(({ tag }) => tag)).toEqual([
      '1.4.1',
      'v2.1.1',
      'v0.9.1',
    ]);
  });

  it('is left alone where KUBECONFIG names it', async () => {
    const kubeconfig = { text: other, by: 'KUBECONFIG' } as const;
    const { start } = await prepareFirstTry('three-apps', { ...nowhere, kubeconfig });
    const { synced } = await start();

    expect(show(synced)).toEqual(leftAlone);
  });
});
