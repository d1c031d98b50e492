import { describe, expect, test } from 'vitest';
import type { WorkloadRef } from '../../../lib/cluster/objects/objects.ts';
import {
  type Rollout,
  type RolloutProgress,
  watchRollout,
} from '../../../lib/cluster/watch/watch-rollout.ts';
import { now, workload } from '../support/fixture.ts';
import { deployments, done, ref, rollout, withDeployment, withImage } from '../support/watching.ts';

const statefulSets = '/apis/apps/v1/namespaces/shop/statefulsets';

/** In mode `agent`, with what was found and told. */
const seeking = (more: Partial<Rollout> = {}, isOpen = false) => {
  const found: (readonly WorkloadRef[])[] = [];
  const told: RolloutProgress[] = [];
  return {
    found,
    told,
    rollout: rollout({
      mode: 'agent',
      workloads: [],
      seek: {
        namespace: 'shop',
        isOpen,
        onFound: async (workloads) => {
          found.push(workloads);
        },
      },
      onProgress: (progress) => told.push(progress),
      ...more,
    }),
  };
};

describe('what an agent has yet to create', () => {
  test('is waited for, found by its image, and watched', () =>
    withDeployment(undefined, async ({ cluster, time }, collections) => {
      const { rollout, found, told } = seeking({
        clock: time.clock,
        onProgress: (progress) => {
          told.push(progress);
          // The agent comes after the first look.
          if (told.length === 1) collections.put(deployments, withImage('acme/okeydokey:2', done));
        },
      });
      expect(await time.run(watchRollout(cluster, rollout))).toMatchObject({
        type: 'healthy',
        message: 'deployment "web" successfully rolled out',
      });
      expect(told[0]).toMatchObject({
        phase: 'waiting-for-agent',
        message:
          'Waiting for the agent to create a workload that carries acme/okeydokey in namespace shop...',
      });
      expect(found).toEqual([[ref]]);
    }));

  test('is still waited for when the invocation ends', () =>
    withDeployment(undefined, async ({ cluster }) => {
      expect(await watchRollout(cluster, seeking({ until: now }).rollout)).toMatchObject({
        type: 'pending',
        progress: { phase: 'waiting-for-agent' },
      });
    }));

  test('has failed at the deadline, with what was looked for where', () =>
    withDeployment(undefined, async ({ cluster, time }) => {
      const { rollout } = seeking({ clock: time.clock });
      expect(await time.run(watchRollout(cluster, rollout))).toEqual({
        type: 'failed',
        reason:
          'not healthy in time: Waiting for the agent to create a workload that carries acme/okeydokey in namespace shop...',
        diagnosis: [
          {
            cause: 'agent-waiting',
            summary: 'The in-cluster agent has not applied the commit.',
            evidence: [
              'namespace shop has no Deployment, StatefulSet, DaemonSet, CronJob or Rollout that carries acme/okeydokey',
            ],
            next: expect.stringContaining('Argo CD Application'),
          },
        ],
      });
      expect(time.clock.now()).toBe(rollout.deadline);
    }));
});

describe('a workload that the manifests name', () => {
  test('is waited for by its name', () =>
    withDeployment(undefined, async ({ cluster }) => {
      const { rollout } = seeking({ workloads: [ref], until: now });
      expect(await watchRollout(cluster, rollout)).toMatchObject({
        progress: { message: 'Waiting for deployment "web" to be created...', workload: ref },
      });
    }));

  test('is found where a Kustomization has renamed it', () =>
    withDeployment(undefined, async ({ cluster }, collections) => {
      const renamed = withImage('acme/okeydokey:2', done);
      collections.put(deployments, { ...renamed, metadata: { ...renamed.metadata, name: 'prod-web' } });
      const { rollout, found } = seeking({ workloads: [ref] });
      expect(await watchRollout(cluster, rollout)).toMatchObject({ type: 'healthy' });
      expect(found).toEqual([[{ ...ref, name: 'prod-web' }]]);
    }));

  test('is all that is watched where it is there', () =>
    withDeployment(withImage('acme/okeydokey:2', done), async ({ cluster }, collections) => {
      collections.put(statefulSets, workload('StatefulSet'));
      const { rollout, found } = seeking({ workloads: [ref] });
      expect(await watchRollout(cluster, rollout)).toMatchObject({ type: 'healthy' });
      expect(found).toEqual([]);
    }));
});

test('what the agent creates after the first of them counts as well', () =>
  withDeployment(withImage('acme/okeydokey:2', done), async ({ cluster }, collections) => {
    const set = { kind: 'StatefulSet', apiVersion: 'apps/v1', namespace: 'shop', name: 'web' };
    collections.put(statefulSets, workload('StatefulSet', {}, { readyReplicas: 0 }));
    const { rollout, found } = seeking({ workloads: [ref], until: now }, true);
    expect(await watchRollout(cluster, rollout)).toMatchObject({
      type: 'pending',
      progress: { message: 'Waiting for 2 pods to be ready...' },
    });
    expect(found).toEqual([[ref, set]]);
  }));

describe('where nothing carries the image by its own name', () => {
  const named = (name: string, text: string) => {
    const found = withImage(text, done);
    return { ...found, metadata: { ...found.metadata, name, uid: `uid-${name}` } };
  };

  // They share no more than the end of their paths.
  test('the workload of another image is not taken for it', () =>
    withDeployment(withImage('ghcr.io/other/okeydokey:2', done), async ({ cluster, time }) => {
      const { rollout, found } = seeking({ clock: time.clock, image: 'registry.local/okeydokey' });
      expect(await time.run(watchRollout(cluster, rollout))).toMatchObject({
        type: 'failed',
        diagnosis: [{ cause: 'agent-waiting' }],
      });
      expect(found).toEqual([]);
    }));

  test.each(['mirror.local/docker.io/acme/okeydokey', 'mirror.local/cache/docker.io/acme/okeydokey'])(
    'what pulls it from %s is watched once one of them has the release, and all of them then',
    (mirror) =>
      withDeployment(named('worker', `${mirror}:1`), async ({ cluster, time }, collections) => {
        const { rollout, found } = seeking({
          clock: time.clock,
          until: now + 10_000,
          onProgress: () => collections.put(deployments, named('web', `${mirror}:2`)),
        });
        expect(await time.run(watchRollout(cluster, rollout))).toMatchObject({
          type: 'pending',
          progress: { message: expect.stringContaining(`(it has ${mirror}:1)`) },
        });
        expect(found.flat().map(({ name }) => name)).toEqual(['worker', 'web']);
      }),
  );

  test('what is pulled from a mirror does not keep the workload from being found that carries it', () =>
    withDeployment(
      named('copy', 'mirror.local/docker.io/acme/okeydokey:7'),
      async ({ cluster, time }, collections) => {
        const { rollout, found } = seeking({
          clock: time.clock,
          onProgress: () => collections.put(deployments, withImage('acme/okeydokey:2', done)),
        });
        expect(await time.run(watchRollout(cluster, rollout))).toMatchObject({ type: 'healthy' });
        expect(found).toEqual([[ref]]);
      },
    ));

  test('the version that a mirrored one has is said once the time is up', () =>
    withDeployment(withImage('mirror.local/docker.io/acme/okeydokey:7', done), async ({ cluster, time }) => {
      const { rollout } = seeking({ clock: time.clock });
      expect(await time.run(watchRollout(cluster, rollout))).toMatchObject({
        type: 'failed',
        reason: expect.stringContaining('(it has mirror.local/docker.io/acme/okeydokey:7)'),
      });
    }));
});
