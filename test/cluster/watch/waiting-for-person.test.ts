import { describe, expect, test } from 'vitest';
import type { Workload } from '../../../lib/cluster/objects/objects.ts';
import { watchRollout } from '../../../lib/cluster/watch/watch-rollout.ts';
import { now, workload } from '../support/fixture.ts';
import { half, ref, rollout, withDeployment } from '../support/watching.ts';

const onDelete = { updateStrategy: { type: 'OnDelete' } };
const daemonSet = workload('DaemonSet', onDelete, {
  desiredNumberScheduled: 5,
  currentNumberScheduled: 5,
  updatedNumberScheduled: 2,
  numberAvailable: 5,
});
const statefulSet = workload(
  'StatefulSet',
  { ...onDelete, replicas: 3 },
  { replicas: 3, readyReplicas: 3, updatedReplicas: 1 },
);

const path = (kind: string): string => `/apis/apps/v1/namespaces/shop/${kind.toLowerCase()}s`;
const refTo = (kind: string) => ({ ...ref, kind });

// 2gis/k8s-handle#100, kubernetes/kubernetes#64500
describe('OnDelete', () => {
  test.each<[string, Workload, string]>([
    [
      'DaemonSet',
      daemonSet,
      'daemon set "web" waits for a person: 3 of 5 pods still run the old template, and its updateStrategy is OnDelete. Delete them (kubectl get pods -n shop -l \'app=web,pod-template-generation!=2\' shows them), or set the strategy to RollingUpdate',
    ],
    [
      'StatefulSet',
      statefulSet,
      'statefulset "web" waits for a person: 2 of 3 pods still run the old template, and its updateStrategy is OnDelete. Delete them (kubectl get pods -n shop -l \'app=web,controller-revision-hash!=web-new\' shows them), or set the strategy to RollingUpdate',
    ],
  ])('a %s says how many pods wait, and for what', (kind, found, message) =>
    withDeployment(undefined, async ({ cluster }, collections) => {
      collections.put(path(kind), found);
      const watched = rollout({ workloads: [refTo(kind)], until: now });
      expect(await watchRollout(cluster, watched)).toMatchObject({
        type: 'pending',
        progress: { phase: 'waiting-for-person', message },
      });
    }),
  );

  test('is what is told only where nothing else is waited for', () =>
    withDeployment(workload('Deployment', {}, half), async ({ cluster }, collections) => {
      collections.put(path('DaemonSet'), daemonSet);
      const watched = rollout({ workloads: [refTo('DaemonSet'), ref], until: now });
      expect(await watchRollout(cluster, watched)).toMatchObject({
        type: 'pending',
        progress: { phase: 'rolling-out', workload: ref },
      });
    }));
});

describe('a paused Deployment', () => {
  const exceeded = {
    conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }],
  };

  test.each([
    ['says how it goes on', {}],
    ['keeps no failure of a revision before', exceeded],
  ])('%s', (_, status) =>
    withDeployment(workload('Deployment', { paused: true }, { ...half, ...status }), async ({ cluster }) => {
      const verdict = await watchRollout(cluster, rollout({ until: now }));
      expect(verdict).toMatchObject({
        type: 'pending',
        progress: {
          phase: 'paused',
          message: expect.stringContaining(
            'deployment "web" is paused (spec.paused) and waits for somebody to resume it; where the manifest says so, it has to be changed there. ',
          ),
        },
      });
    }),
  );
});
