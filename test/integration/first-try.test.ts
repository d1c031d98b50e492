import { expect, it } from 'vitest';
import { useShell } from '../git/support/shell.ts';
import { clusterObject, follow, prepareFirstTry, untilHealthy } from './support/first-try.ts';

useShell();

// A newcomer's machine: what else there is to try has the exhaustive tests
it('three apps of one’s own come to healthy, with nothing prepared, and neither kubectl nor kustomize', async () => {
  const { start } = await prepareFirstTry('three-apps', { PATH: '/nowhere' });
  const { stack, synced } = await start();

  for (const app of ['web', 'shop', 'api']) await follow(stack, synced, app);
  await untilHealthy(stack, ['web', 'shop', 'api']);

  const images = async (path: string) =>
    (await clusterObject(stack, `/apis/apps/v1/namespaces/${path}`)).spec.template?.spec.containers.map(
      ({ image }) => image,
    );
  expect(await images('web/deployments/web')).toEqual(['acme/web:1.4.1']);
  expect(await images('shop/deployments/shop')).toEqual(['ghcr.io/acme/shop:v2.1.1']);
  expect(await images('default/deployments/api')).toEqual([
    'registry.acme.example/team/api:v0.9.1',
    'nginx:1.27',
  ]);
});
