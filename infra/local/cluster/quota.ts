import { asObject, at } from './json.ts';
import { pods, quotas, type Resource } from './resources.ts';
import { forbidden } from './status.ts';
import type { Store } from './store.ts';
import type { Pod } from './types.ts';

/**
 * Refuses a pod that a ResourceQuota's `pods` (or `count/pods`) does not leave room for. Other quotas are stored only.
 * Source: k8s.io/apiserver/pkg/admission/plugin/resourcequota
 * @throws ApiError 403
 */
export const checkQuota = (store: Store, resource: Resource, namespace: string, name: string): void => {
  if (resource.key !== pods.key) return;
  const used = store
    .list<Pod>(pods, namespace)
    .filter((pod) => pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed').length;
  for (const quota of store.list(quotas, namespace)) {
    const hard = asObject(at(quota, 'spec', 'hard'));
    const field = hard.pods === undefined ? 'count/pods' : 'pods';
    const limit = hard[field];
    if (limit !== undefined && used + 1 > Number(limit))
      throw forbidden(
        pods,
        name,
        `exceeded quota: ${quota.metadata.name}, requested: ${field}=1, used: ${field}=${used}, limited: ${field}=${String(limit)}`,
      );
  }
};
