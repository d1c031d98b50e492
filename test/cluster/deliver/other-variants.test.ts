import { expect, test } from 'vitest';
import { watchRollout } from '../../../lib/cluster/watch/watch-rollout.ts';
import { empty, set, spec } from '../support/delivering.ts';
import { workload } from '../support/fixture.ts';
import { done, rollout, withDeployment } from '../support/watching.ts';

const deployments = '/apis/apps/v1/namespaces/shop/deployments';

/** A Deployment of these images, one container each. */
const deployment = (name: string, ...images: readonly string[]) => ({
  ...workload('Deployment', {
    template: { spec: { containers: images.map((image, at) => ({ name: `c${at}`, image })) } },
  }),
  metadata: { name, resourceVersion: '7' },
});

const found = (...objects: readonly ReturnType<typeof deployment>[]) => ({
  objects: {
    ...empty,
    [deployments]: { items: objects },
    ...Object.fromEntries(objects.map((one) => [`${deployments}/${one.metadata.name}`, one])),
  },
});

// argoproj-labs/argocd-image-updater#420
test('what runs another variant of the image is neither set nor watched', async () => {
  const { patches, answered } = await set(
    'replicas: 1',
    found(deployment('web', 'acme/okeydokey:2'), deployment('browser', 'acme/okeydokey:2-chromium')),
    'set-image',
    { isOtherVariant: (tag) => tag === '2-chromium' },
  );

  expect(answered.map(({ name }) => name)).toEqual(['web']);
  expect(patches.map(({ path }) => path)).toEqual([`${deployments}/web`]);
});

test('of two containers of one pod, that of the other variant is left alone', async () => {
  const { patches } = await set(
    'replicas: 1',
    found(deployment('web', 'acme/okeydokey:2', 'acme/okeydokey:2-chromium')),
    'set-image',
    { isOtherVariant: (tag) => tag === '2-chromium' },
  );

  expect(patches).toMatchObject([
    { body: { spec: { template: { spec: { containers: [{ name: 'c0', image: 'acme/okeydokey:3' }] } } } } },
  ]);
});

test('a pod with both is healthy with its own', () => {
  const both = workload(
    'Deployment',
    {
      template: {
        spec: {
          containers: [
            ...spec('acme/okeydokey:2').containers,
            { name: 'browser', image: 'acme/okeydokey:1-chromium' },
          ],
        },
      },
    },
    done,
  );

  return withDeployment(both, async ({ cluster }) => {
    expect(
      await watchRollout(cluster, rollout({ isOtherVariant: (tag) => tag === '1-chromium' })),
    ).toMatchObject({
      type: 'healthy',
    });
    expect(await watchRollout(cluster, rollout())).toMatchObject({ type: 'superseded' });
  });
});

test('a pod with both from a mirror is healthy with its own', () => {
  const mirrored = (tag: string) => `mirror.example.com/docker.io/acme/okeydokey:${tag}`;
  const both = workload(
    'Deployment',
    {
      template: {
        spec: {
          containers: [...spec(mirrored('2')).containers, { name: 'browser', image: mirrored('1-chromium') }],
        },
      },
    },
    done,
  );

  return withDeployment(both, async ({ cluster }) => {
    const watch = rollout({ isOtherVariant: (tag) => tag === '1-chromium' });
    expect(await watchRollout(cluster, watch)).toMatchObject({ type: 'healthy' });
  });
});
