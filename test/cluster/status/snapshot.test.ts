import { expect, test } from 'vitest';
import { newPods, newReplicaSet, oldPods, rolledOutPods } from '../../../lib/cluster/status/snapshot.ts';
import { argoReplicaSet, facts, image, pod, workload } from '../support/fixture.ts';

const names = (pods: readonly { readonly metadata: { readonly name: string } }[]) =>
  pods.map(({ metadata }) => metadata.name);

test.each([
  ['through its ReplicaSets', [argoReplicaSet('old'), argoReplicaSet('new')]],
  ['by the names of their owners, where ReplicaSets may not be read', []],
])('the pods of an Argo Rollout are told apart %s', (_, replicaSets) => {
  const pods = [
    pod('Rollout', { name: 'new-1' }),
    pod('Rollout', { name: 'old-1', revision: 'old' }),
    pod('StatefulSet', { name: 'of-somebody-else' }),
  ];
  const snapshot = facts('Rollout', { pods, replicaSets });
  expect(names(newPods(snapshot, image))).toEqual(['new-1']);
  expect(names(oldPods(snapshot, image))).toEqual(['old-1']);
});

test('the ReplicaSet of an Argo Rollout has the hash of its template', () => {
  expect(newReplicaSet(facts('Rollout'))?.metadata.name).toBe('web-new');
  const unobserved = facts('Rollout', { workload: workload('Rollout', {}, { currentPodHash: 'newer' }) });
  expect(newReplicaSet(unobserved)).toBeUndefined();
});

test('before Argo has seen the template, no pod is told to be of it', () => {
  const pods = [pod('Rollout', {})];
  const unobserved = workload('Rollout', {}, { observedGeneration: '1' });
  expect(newPods(facts('Rollout', { pods, workload: unobserved }), image)).toEqual([]);
});

test('pods of a DaemonSet that is rolled out are its new ones, even where only their image tells', () => {
  const set = workload('DaemonSet');
  const unmarked = { ...set, metadata: { ...set.metadata, annotations: {} } };
  const pods = [pod('DaemonSet', { image: 'acme/okeydokey:1' })];
  const snapshot = facts('DaemonSet', { pods, workload: unmarked });
  expect(newPods(snapshot, image)).toEqual([]);
  expect(rolledOutPods(snapshot, image)).toEqual(pods);
  const marked = facts('DaemonSet', { pods: [pod('DaemonSet', { revision: 'old' })] });
  expect(rolledOutPods(marked, image)).toEqual([]);
});
