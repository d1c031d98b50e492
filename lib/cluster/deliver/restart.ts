import type { Cluster } from '../connect/cluster.ts';
import { templateHolder } from '../objects/argo-template.ts';
import { describeWorkload, type WorkloadRef, workloadPath } from '../objects/objects.ts';
import { readObject } from './workloads.ts';

/** The annotation by which `kubectl rollout restart` makes a template another one. */
const restartedAtAnnotation = 'kubectl.kubernetes.io/restartedAt';

/** Not the field manager of a delivery: applying the manifest again would take the annotation away, which is a rollout too. */
const fieldManager = 'tagboat-restart';

/**
 * Replaces the pods of a workload with a rollout, as `kubectl rollout restart` does, and of an Argo Rollout that has its template
 * from a Deployment those of that. Twice with the same time is once.
 * https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/objectrestarter.go
 * @param at ISO 8601
 * @throws TagboatError `cluster-*`
 */
export const restart = async (cluster: Cluster, ref: WorkloadRef, at: string): Promise<void> => {
  const rollout = ref.kind === 'Rollout' ? await readObject(cluster, ref) : undefined;
  const holder = rollout && templateHolder(rollout, ref.namespace);
  if (holder !== undefined) return await restart(cluster, holder, at);
  await cluster.api.json({
    method: 'PATCH',
    path: workloadPath(ref),
    query: { fieldManager },
    body: {
      type: 'application/merge-patch+json',
      value: { spec: { template: { metadata: { annotations: { [restartedAtAnnotation]: at } } } } },
    },
    what: `restart ${describeWorkload(ref)}`,
  });
  cluster.logger.info('restarted', { kind: ref.kind, namespace: ref.namespace, name: ref.name });
};
