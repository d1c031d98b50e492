import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { readWorkload } from '../../lib/cluster/deliver/workloads.ts';
import { type Workload, workloadPath } from '../../lib/cluster/objects/objects.ts';
import { type Fixture, kubectl, kubectlApply, refOf } from './harness.ts';

/** As much of Argo's definition as the API server needs: a status of its own, and any fields. */
const definition = stringify({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rollouts.argoproj.io' },
  spec: {
    group: 'argoproj.io',
    scope: 'Namespaced',
    names: { kind: 'Rollout', plural: 'rollouts', singular: 'rollout', shortNames: ['ro'] },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        subresources: { status: {} },
      },
    ],
  },
});

/**
 * Sees to it that the cluster serves Rollouts.
 * @returns takes it back, where it was done here
 */
export const serveRollouts = async (): Promise<() => Promise<void>> => {
  const served = await kubectl('api-resources', '--api-group=argoproj.io', '-o', 'name');
  if (served.includes('rollouts.argoproj.io')) return async () => {};
  await kubectlApply('default', definition);
  await kubectl('wait', '--for=condition=established', '--timeout=30s', 'crd/rollouts.argoproj.io');
  return async () => {
    await kubectl('delete', 'crd', 'rollouts.argoproj.io', '--timeout=30s');
  };
};

type Status = NonNullable<Workload['status']>;

/** Plays Argo's controller for the Rollout `web`, whose words are the test's; the pods are real ones. */
export const playArgo = ({ cluster, namespace, apply }: Fixture) => {
  const ref = refOf('Rollout', namespace);
  const read = async (): Promise<Workload> => {
    const rollout = await readWorkload(cluster, ref);
    if (rollout === undefined) throw new Error('there is no Rollout');
    return rollout;
  };
  return {
    read,
    /** Has seen the Rollout as it stands now, and says this of it. */
    say: async (status: Status): Promise<void> => {
      const { metadata, referredGeneration } = await read();
      const observed = {
        observedGeneration: String(metadata.generation),
        ...(referredGeneration === undefined
          ? {}
          : { workloadObservedGeneration: String(referredGeneration) }),
      };
      await cluster.api.json({
        method: 'PATCH',
        path: `${workloadPath(ref)}/status`,
        body: { type: 'application/merge-patch+json', value: { status: { ...observed, ...status } } },
        what: 'play Argo',
      });
    },
    /** Makes the ReplicaSet of the present template. @returns the hash of the template */
    start: async (replicas: number): Promise<string> => {
      const { metadata, spec } = await read();
      const hash = createHash('sha256').update(JSON.stringify(spec.template)).digest('hex').slice(0, 10);
      const labels = { app: 'web', 'rollouts-pod-template-hash': hash };
      const owner = {
        apiVersion: ref.apiVersion,
        kind: ref.kind,
        name: ref.name,
        uid: metadata.uid,
        controller: true,
      };
      await apply(
        JSON.stringify({
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          metadata: { name: `web-${hash}`, labels, ownerReferences: [owner] },
          spec: {
            replicas,
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: spec.template.spec },
          },
        }),
      );
      return hash;
    },
  };
};
